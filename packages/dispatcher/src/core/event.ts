/** What happened, stored once, with the exact bytes that every attempt sends. */
export interface StoredEvent {
  /** `evt_…`; the same for every attempt, subscription and manual resend. */
  readonly id: string
  readonly type: string
  /** The site it happened on; `null` goes to every subscriber of its type. */
  readonly siteId: string | null
  /** The serialised envelope. Signed and sent as its UTF-8 bytes, never parsed again. */
  readonly body: string
  /** Epoch ms: when it happened (the envelope's `timestamp`). */
  readonly occurredAt: number
  /** Epoch ms: when `dispatch` took it. */
  readonly acceptedAt: number
  /** Goes to this one subscription whatever that subscribes to (the test button); otherwise `null`. */
  readonly target: string | null
  /**
   * Where it stands in a trace: what `Tracing.dispatch` gave, 1,024 characters at most; `null` or absent where nothing is traced.
   * Kept beside the body, and never a part of it.
   */
  readonly trace?: string | null | undefined
}
