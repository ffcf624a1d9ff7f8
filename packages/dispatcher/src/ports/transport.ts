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
   * Asked before the request is made once more, at once, on a fresh connection, because the kept one that it was sent on
   * was closed or reset before one byte of an answer: the receiver had just closed it. Whoever counts requests counts that
   * one; `false`, and it is not made: the reply is a `reset`. Absent: it is made. The event's id makes it safe.
   */
  readonly mayRepeat?: (() => boolean) | undefined
}

/**
 * Makes requests. Redirects are not followed. The status decides as soon as an answer's header is complete; the body is
 * read for the record, within `MAX_RESPONSE_BYTES` and `BODY_DEADLINE_MS`.
 */
export interface Transport {
  /** Always settles, by the request's deadline at the latest. */
  send(request: TransportRequest): Promise<Reply>
  /** Ends what is under way as `aborted`, and leaves no socket and no timer; safe to call twice. */
  close(): Promise<void>
}

/** How much of a response is read. */
export const MAX_RESPONSE_BYTES = 16_384

/** How long a response's body is read after its header was complete, within the request's own deadline. */
export const BODY_DEADLINE_MS = 2_000
