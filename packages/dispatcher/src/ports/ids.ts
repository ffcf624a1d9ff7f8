/** Where randomness comes from. */
export interface Ids {
  /** `evt_` + a time-sortable unique id. */
  eventId(): string
  /** `sub_` + a time-sortable unique id. */
  subscriptionId(): string
  /** `rpl_` + a time-sortable unique id. */
  replayId(): string
  /** The same id for the same type and key, always. */
  idempotentEventId(type: string, key: string): string
  /** Unique per acquisition, and per call. */
  token(): string
  /** 0 ≤ n < 1. */
  random(): number
}
