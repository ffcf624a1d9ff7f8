/** Where randomness comes from. */
export interface Ids {
  /** `evt_` + a time-sortable unique id. */
  eventId(): string
  /** The same id for the same type and key, always. */
  idempotentEventId(type: string, key: string): string
  /** Unique per acquisition. */
  token(): string
  /** 0 ≤ n < 1. */
  random(): number
}
