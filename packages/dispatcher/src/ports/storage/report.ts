/** A row that cannot be read. Its content is never told: it may be payload, or a secret. */
export interface MalformedRow {
  readonly noun: 'subscription' | 'event' | 'delivery' | 'attempt' | 'lane' | 'replay' | 'metrics'
  readonly id: string
  /** Which field, and what is wrong with it, in words without its value. */
  readonly problem: string
}

/** Where a storage says what it met and went on from. */
export interface StorageReport {
  malformed(row: MalformedRow): void
}
