import type { Classification } from '../../core/classify-reply.js'
import type { Reply } from '../../core/reply.js'
import { behaviours, type Script } from '../hostile-server.js'

/** One way to answer, what is made of it, and what is done then. `docs/http.md` has them all. */
export interface AnswerCase {
  /** What the receiver does, in words. */
  readonly answer: string
  readonly script: Script
  /** What the attempt records. */
  readonly reply:
    { readonly statusCode: number; readonly truncated?: boolean } | { readonly errorClass: string }
  readonly done: Exclude<Classification['kind'], 'none'>
  /** The body that is kept, where it is told. */
  readonly body?: string
}

const { raw, answer } = behaviours
const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n')
const OK = `${head('HTTP/1.1 200 OK', 'Content-Length: 2')}ok`
const interim = (status: string): string => head(`HTTP/1.1 ${status}`)

const statuses = (about: string, codes: readonly number[], done: AnswerCase['done']): AnswerCase[] =>
  codes.map((statusCode) => ({
    answer: `${statusCode}${about}`,
    script:
      statusCode > 599 ? raw(head(`HTTP/1.1 ${statusCode} Odd`, 'Content-Length: 0')) : answer(statusCode),
    reply: { statusCode },
    done,
  }))

/** By their status alone. */
export const STATUS_CASES: readonly AnswerCase[] = [
  ...statuses('', [200, 201, 202, 204, 205, 206, 299], 'delivered'),
  ...statuses(', wherever it leads', [301, 302, 303, 307, 308], 'failed'),
  ...statuses('', [300, 304, 400, 401, 403, 404, 405, 407, 409, 410, 413, 415, 421, 422, 451, 499], 'failed'),
  ...statuses('', [408, 425, 429, 500, 501, 502, 503, 504, 511, 599, 600, 999], 'retry'),
]

/** HTTP, if not as one is used to it. */
export const ODD_CASES: readonly AnswerCase[] = [
  {
    answer: 'a `100 Continue` that nobody asked for, then 200',
    script: raw(interim('100 Continue') + OK),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: 'up to 100 interim answers of any 1xx but 101, then 200',
    script: raw(
      [102, 103, 100, 199]
        .map((code) => interim(`${code} Wait`))
        .join('')
        .repeat(25) + OK,
    ),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: 'an interim answer, then 503',
    script: raw(
      interim('103 Early Hints') + head('HTTP/1.1 503 Later', 'Retry-After: 7', 'Content-Length: 0'),
    ),
    reply: { statusCode: 503, truncated: false },
    done: 'retry',
  },
  {
    answer: '204 with a `Content-Length` and a body',
    script: raw(`${head('HTTP/1.1 204 No Content', 'Content-Length: 5')}hello`),
    reply: { statusCode: 204, truncated: false },
    done: 'delivered',
    body: '',
  },
  {
    answer: '204 with a `Content-Length` and no body',
    script: raw(head('HTTP/1.1 204 No Content', 'Content-Length: 5')),
    reply: { statusCode: 204, truncated: false },
    done: 'delivered',
    body: '',
  },
  {
    answer: '204 with a body in chunks',
    script: raw(`${head('HTTP/1.1 204 No Content', 'Transfer-Encoding: chunked')}5\r\nhello\r\n0\r\n\r\n`),
    reply: { statusCode: 204, truncated: false },
    done: 'delivered',
    body: '',
  },
  {
    answer: '304 with a `Content-Length`',
    script: raw(head('HTTP/1.1 304 Not Modified', 'Content-Length: 5')),
    reply: { statusCode: 304, truncated: false },
    done: 'failed',
  },
  {
    answer: '205 with a body',
    script: raw(`${head('HTTP/1.1 205 Reset Content', 'Content-Length: 2')}ok`),
    reply: { statusCode: 205 },
    done: 'delivered',
  },
  {
    answer: '`Transfer-Encoding: chunked` beside a `Content-Length`',
    script: raw(
      `${head('HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`,
    ),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: '`Content-Length` given twice alike',
    script: raw(`${head('HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 2')}ok`),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: '`Content-Length: 2, 2`',
    script: raw(`${head('HTTP/1.1 200 OK', 'Content-Length: 2, 2')}ok`),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: '`Content-Length` given twice, differently',
    script: raw(`${head('HTTP/1.1 200 OK', 'Content-Length: 2', 'Content-Length: 9')}ok`, 'end'),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: 'a `Content-Length` that is no number',
    script: raw(`${head('HTTP/1.1 200 OK', 'Content-Length: some')}ok`, 'end'),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: 'a header line that is folded',
    script: raw(`${head('HTTP/1.1 200 OK', 'X-Folded: one', ' two', 'Content-Length: 2')}ok`),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: 'no length, and the connection is closed at the end',
    script: raw(`${head('HTTP/1.1 200 OK')}ok`, 'end'),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: 'HTTP/1.0',
    script: raw(`${head('HTTP/1.0 200 OK')}ok`, 'end'),
    reply: { statusCode: 200, truncated: false },
    done: 'delivered',
    body: 'ok',
  },
  {
    answer: 'more bytes than it announced',
    script: behaviours.tooLong(),
    reply: { statusCode: 200 },
    done: 'delivered',
    body: 'ok',
  },
]

/** A header that is complete, and a body that is not. */
export const CUT_CASES: readonly AnswerCase[] = [
  ['fewer bytes than it announced, then the end', behaviours.tooShort()],
  ['a reset in the middle of the body', behaviours.resetAfterHeaders()],
  [
    'chunks that are none',
    raw(`${head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}2\r\nok\r\nzz\r\n\r\n`),
  ] as const,
  ['a body beyond 16 KiB', answer(200, {}, 'x'.repeat(20_000))] as const,
  ['a body without an end', behaviours.endless()] as const,
  ['a chunk extension without an end', behaviours.endlessExtension()] as const,
  ['a body that drips: read for 2 s', behaviours.drip()] as const,
  ['a body that does not come: waited for 2 s', behaviours.hangAfterHeaders()] as const,
].map(([about, script]) => ({
  answer: `200, then ${about as string}`,
  script: script as Script,
  reply: { statusCode: 200, truncated: true },
  done: 'delivered',
}))

/** Answered, and wrongly. */
export const INVALID_CASES: readonly AnswerCase[] = (
  [
    ['what is not HTTP', behaviours.garbage()],
    ['lines that end with LF alone', raw('HTTP/1.1 200 OK\nContent-Length: 2\n\nok')],
    ['an interim answer whose lines end with LF alone', raw(`HTTP/1.1 100 Continue\n\n${OK}`)],
    ['a status that is no number', raw(head('HTTP/1.1 OK', 'Content-Length: 0'))],
    ['a status below 100', raw(head('HTTP/1.1 042 Odd', 'Content-Length: 0'))],
    ['a header line without a colon', raw(head('HTTP/1.1 200 OK', 'Content-Length 2'))],
    ['a header name with a space in it', raw(head('HTTP/1.1 200 OK', 'X Bad: 1', 'Content-Length: 0'))],
    [
      '`101 Switching Protocols`',
      raw(head('HTTP/1.1 101 Switching Protocols', 'Upgrade: x', 'Connection: upgrade')),
    ],
    ['more than 100 interim answers', behaviours.endlessInterim()],
    ['a header beyond 16 KiB', behaviours.endlessHeaders()],
  ] as const
).map(([about, script]) => ({
  answer: about,
  script,
  reply: { errorClass: 'invalid_response' },
  done: 'retry',
}))

/** Not answered at all. */
export const SILENT_CASES: readonly AnswerCase[] = (
  [
    ['a fresh connection is closed before an answer', raw('', 'end'), 'reset'],
    ['a fresh connection is reset before an answer', behaviours.resetAtOnce(), 'reset'],
    ['the end comes in the middle of the header', raw('HTTP/1.1 200 OK\r\nContent-Le', 'end'), 'reset'],
    ['nothing is said until the deadline', behaviours.hang(), 'timeout'],
    ['interim answers, and no more until the deadline', raw(interim('102 Processing')), 'timeout'],
  ] as const
).map(([about, script, errorClass]) => ({ answer: about, script, reply: { errorClass }, done: 'retry' }))

/** Where no connection was made, or none is allowed: nothing that a server could be told to do. */
export const UNREACHED_CASES: readonly Pick<AnswerCase, 'answer' | 'reply' | 'done'>[] = (
  [
    ['the name does not resolve, or the resolver throws or answers nonsense', 'dns', 'retry'],
    ['no address takes the connection, or the proxy makes none', 'connect', 'retry'],
    ['the TLS handshake fails, or nobody vouches for the certificate', 'tls', 'retry'],
    ['the address guard refuses the URL or an address', 'blocked_address', 'failed'],
  ] as const
).map(([answer, errorClass, done]) => ({ answer, reply: { errorClass }, done }))

/** What a reply must match. */
export const replyOf = ({ reply, body }: AnswerCase): Partial<Reply> =>
  'statusCode' in reply
    ? { kind: 'response', ...reply, ...(body === undefined ? {} : { body }) }
    : ({ kind: 'no_answer', ...reply } as Partial<Reply>)
