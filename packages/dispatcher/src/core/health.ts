/** How a subscription's endpoint behaves, as one process sees it. */
export interface Health {
  /** Attempts in a row without any answer. */
  readonly silent: number
  /** Moving average of attempt durations, ms. */
  readonly averageMs: number
  /** Attempts in flight at a time that it has earned. */
  readonly allowance: number
}

/** An endpoint whose attempts take longer than this on average shares the slow half of the slots. */
export const SLOW_MS = 1_000

/** A stranger: taken for slow until it has answered, so that those which do answer never wait for it. */
export const NEW_HEALTH: Health = { silent: 1, averageMs: 0, allowance: 2 }

/** Every answer earns a place, silence costs all but one: a dead endpoint never holds more than a few slots. */
export const afterAttempt = (health: Health, durationMs: number, answered: boolean): Health => ({
  silent: answered ? 0 : health.silent + 1,
  averageMs: health.averageMs * 0.8 + durationMs * 0.2,
  allowance: answered ? health.allowance + 1 : 1,
})

/** Whether it must share the slow half of the slots. */
export const isSlow = (health: Health): boolean => health.silent > 0 || health.averageMs > SLOW_MS
