import { gzipSync } from 'node:zlib'
import type { swigsEvents } from '@swigs/webhooks-protocol'
import { memoryDedupe } from '../src/memory-dedupe.js'
import type { ReceiverOptions } from '../src/receiver.js'
import type { Mount } from './mounts.js'
import { CLOSES, each, hangingDedupe, marked, never, stalled, withHeaders } from './request-makers.js'
import { signed, silent } from './support.js'

/** A class of requests, and what is done with it. `docs/http.md` shows them all; every mount is held to them. */
export interface Row {
  readonly request: string
  readonly status: number
  readonly body: object
  /** Beside the type of the body. */
  readonly headers?: Readonly<Record<string, string>>
  /** How many times the handler has run to its end after it. */
  readonly handled: number
  /** What handlers do. */
  readonly handle?: () => unknown
  readonly options?: Partial<ReceiverOptions<typeof swigsEvents>>
  /** Sends such requests; the last answer counts. `null`: another test has an app that is set up for it. */
  readonly send: ((mount: Mount) => Promise<Awaited<ReturnType<Mount['send']>>>) | null
}

const received = { received: true }
const handledAt = { status: 200, body: received, handled: 1 } as const
const repeated = { error: 'Repeated header', header: 'webhook-id' }
const malformed = { status: 400, body: { error: 'Malformed payload' }, handled: 0 } as const
const unsigned = { status: 401, body: { error: 'Invalid signature' }, handled: 0 } as const
const failed = { status: 500, body: { error: 'Handler failed' }, handled: 0 } as const

export const ROWS = {
  accepted: { request: 'signed, and new', ...handledAt, send: each(() => signed()) },
  duplicate: {
    request: 'signed, and handled before',
    ...handledAt,
    body: { received: true, duplicate: true },
    send: async (mount) => {
      const request = signed()
      await mount.send(request)
      return mount.send(request)
    },
  },
  unhandled: {
    request: 'of a type that nobody handles',
    ...handledAt,
    handled: 0,
    send: each(() => signed({ type: 'order.teleported' })),
  },
  cased: {
    request: 'with header names in another case',
    ...handledAt,
    send: each(() => {
      const request = signed()
      const upper = Object.entries(request.headers).map(([name, value]) => [name.toUpperCase(), value])
      return { ...request, headers: Object.fromEntries(upper) as Record<string, string> }
    }),
  },
  plain: {
    request: 'whose `Content-Encoding` says that nothing was done: empty, `identity` in any case and number',
    ...handledAt,
    handled: 3,
    send: each(
      ...['', 'Identity', 'identity, identity'].map((value) => withHeaders({ 'content-encoding': value })),
    ),
  },
  marked: {
    request: 'whose body begins with a byte order mark: verified with it, parsed without',
    ...handledAt,
    send: each(marked),
  },
  unsigned: {
    request: 'without a signature, an id or a timestamp',
    ...unsigned,
    body: { error: 'Missing signature' },
    send: each(() => ({ headers: { 'content-type': 'application/json' }, body: '{}' })),
  },
  forged: {
    request: 'signed with another secret, or changed since',
    ...unsigned,
    send: each(
      () => signed({ secret: 'another-secret-another-secret-0123' }),
      () => ({ ...signed(), body: signed().body }),
      withHeaders({ 'webhook-signature': 'v1,AAAA' }),
    ),
  },
  late: {
    request: 'signed more than 5 minutes ago, or ahead of now (`toleranceMs`)',
    ...unsigned,
    send: each(
      () => signed({ now: Date.now() - 301_000 }),
      () => signed({ now: Date.now() + 330_000 }),
    ),
  },
  repeated: {
    request: 'with a header of the signature given twice',
    ...malformed,
    body: repeated,
    send: each(() => {
      const request = signed()
      const id = request.headers['webhook-id']
      // As every server has it by the time that it is read.
      return { ...request, headers: { ...request.headers, 'webhook-id': `${id}, ${id}` } }
    }),
  },
  malformed: {
    request: 'signed, and not UTF-8, not JSON or no envelope',
    ...malformed,
    send: each(() => signed({ type: 'Not A Type' })),
  },
  contradicted: {
    request: 'with a header that says another type, time or id than the body',
    ...malformed,
    send: each(withHeaders({ 'x-webhook-event': 'order.created' })),
  },
  unfit: {
    request: 'with data that does not fit the catalogue, where there is one',
    ...malformed,
    send: each(() => signed({ data: { customerId: 'c1' } })),
  },
  aborted: { request: 'whose sender went away before its end', ...malformed, send: null },
  wrongMethod: {
    request: 'that is no `POST`',
    status: 405,
    body: { error: 'Method not allowed' },
    headers: { allow: 'POST' },
    handled: 0,
    send: each(
      () => ({ method: 'GET', headers: {} }),
      () => ({ ...signed(), method: 'PUT' }),
    ),
  },
  slow: {
    request: 'whose body is not there after 10 s (`bodyTimeoutMs`)',
    status: 408,
    body: { error: 'Body timed out' },
    headers: CLOSES,
    handled: 0,
    options: { bodyTimeoutMs: 50 },
    send: each(() => ({ ...signed(), body: stalled() })),
  },
  tooLarge: {
    request: 'longer than 1 MiB (`maxBodyBytes`)',
    status: 413,
    body: { error: 'Payload too large' },
    headers: CLOSES,
    handled: 0,
    send: each(() => signed({ data: { text: 'x'.repeat(1_100_000) } })),
  },
  encoded: {
    request: 'compressed, or encoded in any other way; nothing is inflated',
    status: 415,
    body: { error: 'Unsupported encoding', reason: 'Send the body without Content-Encoding' },
    headers: { 'accept-encoding': 'identity' },
    handled: 0,
    send: each(() => ({
      headers: { ...signed().headers, 'content-encoding': 'identity, gzip' },
      body: new Uint8Array(gzipSync(signed().body)),
    })),
  },
  failed: {
    request: 'whose handler throws or rejects',
    ...failed,
    handle: () => Promise.reject(new Error('PAYLOADCANARY')),
    send: each(() => signed()),
  },
  endless: {
    request: 'whose handler is not done after 60 s (`claimMs`); its `signal` is aborted then',
    ...failed,
    handle: never,
    options: { claimMs: 50 },
    send: each(() => signed()),
  },
  forgetful: {
    request: 'whose id could not be looked up: `dedupe` failed, or took 5 s (`dedupeTimeoutMs`)',
    ...failed,
    options: { dedupe: hangingDedupe, dedupeTimeoutMs: 50 },
    send: each(() => signed()),
  },
  misconfigured: {
    request: 'whose body something in the app read and parsed before; the log says how to mend that',
    ...failed,
    body: { error: 'Misconfigured' },
    send: null,
  },
  internal: {
    request: 'that meets a fault of the receiver itself, or of a schema in the catalogue',
    ...failed,
    body: { error: 'Internal error' },
    options: {
      now: () => {
        throw new Error('no clock')
      },
    },
    send: each(() => signed()),
  },
  inProgress: {
    request: 'with an id that is being handled',
    status: 503,
    body: { error: 'In progress' },
    handled: 0,
    handle: never,
    send: async (mount) => {
      const request = signed()
      // The one that is let in is not answered while anybody waits for it.
      return Promise.race([mount.send(request), mount.send(request)])
    },
  },
  busy: {
    request: 'with a new id, while as many are being handled as `memoryDedupe` has room for (`maxClaims`)',
    status: 503,
    body: { error: 'Busy' },
    handled: 0,
    handle: never,
    options: { dedupe: memoryDedupe({ maxClaims: 1, logger: silent }) },
    send: async (mount) => Promise.race([mount.send(signed()), mount.send(signed())]),
  },
} satisfies Record<string, Row>

/** Every row. */
export const TABLE: readonly Row[] = Object.values(ROWS)
