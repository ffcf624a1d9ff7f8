/** How calls are gathered. */
export interface BatchOptions<I, O> {
  readonly maxSize: number
  readonly lingerMs: number
  /** Somebody waits for every item: linger only while another batch is under way. */
  readonly eager?: boolean
  /** Batches under way at a time. */
  readonly inFlight: number
  /**
   * Answers for each item, in order. A batch that is refused, other than for now, is written again item by item: one that
   * cannot be written fails alone.
   */
  readonly write: (items: readonly I[]) => Promise<readonly O[]>
}

/** Gathers concurrent calls into batches: at most `maxSize`, or what came within `lingerMs`. */
export interface Batch<I, O> {
  add(item: I): Promise<O>
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>
}

/** Makes a batch. */
export type MakeBatch = <I, O>(options: BatchOptions<I, O>) => Batch<I, O>
