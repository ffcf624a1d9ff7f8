/** Why no usable answer came: the class kept with an attempt. `invalid_response`: there was one, and it is not HTTP. */
export type NoAnswerClass = 'dns' | 'connect' | 'tls' | 'reset' | 'timeout' | 'invalid_response'

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
  /** The receiver had more to say than was read, or announced more than it said. */
  readonly truncated: boolean
  /** How long the receiver asked to be left alone, ms, before any bound; `null` or absent when it did not ask. */
  readonly retryAfterMs?: number | null | undefined
  /**
   * A kept connection was closed under the request before one byte of an answer, and it was made once more on a fresh one.
   * Absent: no.
   */
  readonly repeated?: boolean | undefined
  /**
   * The headers of an answer that was not 2xx, names in lower case: see `keptHeaders`. `null` or absent where there was none, or
   * the transport does not tell.
   */
  readonly responseHeaders?: Readonly<Record<string, string>> | null | undefined
  /** Whom it was connected to, as `192.0.2.1:443` or `[2001:db8::1]:443`; `null` or absent where the transport does not tell. */
  readonly address?: string | null | undefined
}

/** Attempts kept with a delivery: the latest ones, so that resending for ever cannot grow a record for ever. */
export const MAX_ATTEMPTS_KEPT = 20
