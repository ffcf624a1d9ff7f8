import type { NoAnswerClass } from '../core/attempt.js'
import type { AddressGuard } from './address-guard.js'

/** One POST to make. */
export interface TransportRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** One deadline over connect, headers and body. */
  readonly timeoutMs: number
  /** Every address that is connected to must pass it. */
  readonly guard: AddressGuard
  /** Aborted when the process gives the attempt up (shutdown, lost lease): the reply is then `aborted`. */
  readonly signal?: AbortSignal | undefined
}

/** What came of it. Expected outcomes are values: `send` does not throw for anything that a receiver does. */
export type Reply =
  | {
      readonly kind: 'response'
      readonly statusCode: number
      /** The `Retry-After` header as it came, or `null`. */
      readonly retryAfter: string | null
      /** At most 16 KiB, as UTF-8 text, never inflated. */
      readonly body: string
      readonly truncated: boolean
    }
  | { readonly kind: 'no_answer'; readonly errorClass: NoAnswerClass; readonly error: string }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'aborted' }

/** Makes requests. Redirects are not followed. */
export interface Transport {
  send(request: TransportRequest): Promise<Reply>
  /** Closes idle connections; safe to call twice. */
  close(): Promise<void>
}

/** How much of a response is read. */
export const MAX_RESPONSE_BYTES = 16_384
