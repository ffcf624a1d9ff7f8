/** Why no usable answer came: the class kept with an attempt. */
export type NoAnswerClass = 'dns' | 'connect' | 'tls' | 'reset' | 'timeout'

/** Class of a failed attempt: an HTTP status outside 2xx, no answer, an address that the guard refused, or a fault of ours. */
export type AttemptErrorClass = 'http' | NoAnswerClass | 'blocked_address' | 'internal'

/** One HTTP request of a delivery, with what came back. */
export interface Attempt {
  /** 1, 2, 3 … over the whole life of the delivery, resends included. */
  readonly number: number
  /** Epoch ms. */
  readonly startedAt: number
  readonly durationMs: number
  /** `null` when no answer came. */
  readonly statusCode: number | null
  /** `null` when delivered. */
  readonly errorClass: AttemptErrorClass | null
  /** What went wrong, in words without payload or secret; `null` when delivered. */
  readonly error: string | null
  /** What the receiver answered, 16 KiB at most. */
  readonly responseBody: string | null
  /** The receiver had more to say than was read. */
  readonly truncated: boolean
}

/** Attempts kept with a delivery: the latest ones, so that resending for ever cannot grow a record for ever. */
export const MAX_ATTEMPTS_KEPT = 20
