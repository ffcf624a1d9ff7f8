import type { Reply } from '../core/reply.js'
import type { AddressGuard } from './address-guard.js'

export type { Reply }

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
  /**
   * Asked when the request is about to leave, after whatever it had to wait for: `false`, and it does not; the reply is then
   * `aborted`. A process may have stood still for longer than its lease since it called `send`.
   */
  readonly mayStart?: (() => boolean) | undefined
  /**
   * Asked before a request whose reused connection broke before one byte of an answer is made once more, at once, on a fresh
   * connection; `false`: it is not, and the reply is what it was. Default: it is.
   */
  readonly mayRepeat?: (() => boolean) | undefined
}

/** Makes requests. Redirects are not followed. */
export interface Transport {
  send(request: TransportRequest): Promise<Reply>
  /** Closes idle connections; safe to call twice. */
  close(): Promise<void>
}

/** How much of a response is read. */
export const MAX_RESPONSE_BYTES = 16_384
