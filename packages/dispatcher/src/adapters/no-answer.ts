import type { NoAnswerClass } from '../core/attempt.js'
import type { Reply } from '../core/reply.js'

const CLASSES: readonly (readonly [NoAnswerClass, RegExp])[] = [
  ['timeout', /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT|ESOCKETTIMEDOUT)$/],
  ['dns', /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/],
  ['connect', /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM|EHOSTDOWN|ENETDOWN)$/],
  [
    'tls',
    /^(ERR_TLS\w*|ERR_SSL\w*|EPROTO|CERT_\w+|CRL_\w+|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|DEPTH_ZERO\w*|SELF_SIGNED\w*|UNABLE_TO\w*|HOSTNAME_MISMATCH)$/,
  ],
  [
    'invalid_response',
    /^(HPE_\w+|UND_ERR_(HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH)|BARE_LINE_FEED|INVALID_STATUS|UNASKED_UPGRADE|TOO_MANY_INTERIM_ANSWERS|HEAD_TOO_LONG)$/,
  ],
  ['reset', /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_\w+)$/],
]

const WORDS: Record<NoAnswerClass, string> = {
  dns: 'The host name could not be resolved',
  connect: 'The connection was refused or could not be made',
  tls: 'The TLS handshake failed',
  reset: 'The connection broke before an answer came',
  timeout: 'No answer came in time',
  invalid_response: 'The receiver answered, but not in valid HTTP/1.1',
}

/** A failure without an answer, by class; `detail` is the system's own name for it, or the guard's words. */
export const noAnswer = (errorClass: NoAnswerClass, detail?: string): Reply => ({
  kind: 'no_answer',
  errorClass,
  error: detail ? `${WORDS[errorClass]} (${detail})` : WORDS[errorClass],
})

/** Classifies what an HTTP client threw, through causes and aggregates. Messages are not kept: they may quote data. */
export const classifyFailure = (error: unknown): Reply => {
  for (const code of codesOf(error, 0)) {
    const found = CLASSES.find(([, pattern]) => pattern.test(code))
    if (found) return noAnswer(found[0], code)
  }
  return noAnswer('reset')
}

const codesOf = (error: unknown, depth: number): string[] => {
  if (typeof error !== 'object' || error === null || depth > 4) return []
  const { name, cause, errors, code: given } = error as Record<'name' | 'cause' | 'errors' | 'code', unknown>
  // undici names a parser's complaints, and has no code for most of them.
  const code = given ?? (name === 'HTTPParserError' ? 'HPE_ERROR' : undefined)
  const nested = [...(Array.isArray(errors) ? errors : []), cause].flatMap((inner) =>
    codesOf(inner, depth + 1),
  )
  return typeof code === 'string' ? [...nested, code] : nested
}
