/** When a failed attempt is followed by another. */
export interface RetrySchedule {
  /** Ms to wait after each failed attempt; as many retries as there are entries. */
  readonly delaysMs: readonly number[]
  /** Share of the delay that is added at most, at random; 0 turns it off. Jitter never shortens a delay. */
  readonly jitter: number
}

/**
 * Ms to wait after attempt number `attemptsMade` of a schedule, or `null` when it is used up.
 * `random` (0 ≤ random < 1) places the jitter.
 */
export const retryDelayMs = (
  schedule: RetrySchedule,
  attemptsMade: number,
  random: number,
): number | null => {
  const delay = schedule.delaysMs[attemptsMade - 1]
  return delay === undefined ? null : delay + delay * schedule.jitter * random
}

/** The delays for `retries` retries: cut short, or with the last delay repeated. */
export const delaysFor = (delaysMs: readonly number[], retries: number): number[] =>
  Array.from({ length: retries }, (_, step) => delaysMs[Math.min(step, delaysMs.length - 1)] ?? 0)

/** The longest that a retry can be put off by its schedule, ms. */
export const longestDelayMs = ({ delaysMs, jitter }: RetrySchedule): number =>
  Math.max(0, ...delaysMs) * (1 + jitter)
