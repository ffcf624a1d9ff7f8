import type { AttemptErrorClass } from './attempt.js'
import type { Reply } from './reply.js'
import { MAX_RETRY_AFTER_MS, retryAfterMs } from './retry-after.js'

/** What a reply means for the delivery. */
export type Classification =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry'
      readonly errorClass: AttemptErrorClass
      readonly error: string
      /** The receiver's own wish, ms, at most an hour, or `null`. */
      readonly waitMs: number | null
      /** The same before any bound: for the record. */
      readonly askedMs: number | null
      /** The wish is for everything that is sent there, not for this delivery alone. */
      readonly holdsLane: boolean
    }
  | {
      readonly kind: 'failed'
      readonly reason: 'rejected' | 'gone' | 'blocked_address'
      readonly errorClass: AttemptErrorClass
      readonly error: string
    }
  /** Our own doing: not an attempt. */
  | { readonly kind: 'none' }

const RETRYABLE_STATUSES = new Set([408, 425, 429])
const LANE_WIDE_STATUSES = new Set([429, 503])

/** Classes of `wire.md`: 2xx delivered; 410 gone; 408, 425, 429, 5xx and no answer retryable; the rest permanent. */
export const classifyReply = (reply: Reply, now: number): Classification => {
  switch (reply.kind) {
    case 'aborted':
      return { kind: 'none' }
    case 'refused':
      return { kind: 'failed', reason: 'blocked_address', errorClass: 'blocked_address', error: reply.error }
    case 'no_answer': {
      const { errorClass, error } = reply
      return { kind: 'retry', errorClass, error, waitMs: null, askedMs: null, holdsLane: false }
    }
    case 'response':
      return classifyStatus(reply.statusCode, reply.retryAfter, now)
  }
}

const classifyStatus = (status: number, retryAfter: string | null, now: number): Classification => {
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  const failure = { errorClass: 'http', error: `The receiver answered ${status}` } as const
  if (status === 410) return { kind: 'failed', reason: 'gone', ...failure }
  if (status < 500 && !RETRYABLE_STATUSES.has(status))
    return { kind: 'failed', reason: 'rejected', ...failure }
  const askedMs = retryAfterMs(retryAfter, now)
  const waitMs = askedMs === null ? null : Math.min(askedMs, MAX_RETRY_AFTER_MS)
  return {
    kind: 'retry',
    ...failure,
    waitMs,
    askedMs,
    holdsLane: waitMs !== null && LANE_WIDE_STATUSES.has(status),
  }
}
