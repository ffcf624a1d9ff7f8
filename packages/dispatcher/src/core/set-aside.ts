/** Owners that may die on a lane without progress before it is set aside. */
export const MAX_STRIKES = 5

const FIRST_DELAY_MS = 10_000
const LONGEST_DELAY_MS = 3_600_000

/**
 * Ms for which a lane is set aside, or `null` when it may be served. Every acquisition adds a strike and every progress
 * clears them, so `strikes > MAX_STRIKES` means that five owners died on it. After each delay it gets one more try
 * (`heldStrikes` is what `strikes` was then), so that one poisonous delivery cannot crash-loop every worker.
 */
export const setAsideMs = (strikes: number, heldStrikes: number): number | null => {
  if (strikes <= MAX_STRIKES || (heldStrikes > 0 && strikes <= heldStrikes + 1)) return null
  const repeats = Math.floor((strikes - MAX_STRIKES - 1) / 2)
  return Math.min(FIRST_DELAY_MS * 2 ** repeats, LONGEST_DELAY_MS)
}
