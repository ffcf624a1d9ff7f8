/** Time, passed in. */
export interface Clock {
  /** Epoch ms, possibly fractional. */
  now(): number
  /**
   * By how much `now` may be wrong against the other processes on the same store, ms. Default 0. Where it counts (the rate
   * window) an end is taken as late, and the present as early, as it may be.
   */
  uncertaintyMs?(): number
  /** Ms from an arbitrary start that no clock adjustment moves. */
  monotonic(): number
  /** Resolves after `ms`, or at once when `signal` aborts. Never keeps a process alive by itself once aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** `true` for a clock that is the truth itself (a fake one): store time is not consulted. */
  readonly authoritative?: boolean | undefined
}
