/** Owners that may die on a lane without progress before it is set aside. */
export const MAX_CRASHES = 5

const FIRST_DELAY_MS = 10_000
const LONGEST_DELAY_MS = 3_600_000

/**
 * Ms for which a lane is set aside, or `null` when it may be served. Every acquisition adds a strike and every progress
 * clears them, so `crashCount > MAX_CRASHES` means that five owners died on it. After each delay it gets one more try
 * (`quarantinedAt` is what `crashCount` was then), so that one poisonous delivery cannot crash-loop every worker.
 */
export const quarantineMs = (crashCount: number, quarantinedAt: number): number | null => {
  if (crashCount <= MAX_CRASHES || (quarantinedAt > 0 && crashCount <= quarantinedAt + 1)) return null
  const repeats = Math.floor((crashCount - MAX_CRASHES - 1) / 2)
  return Math.min(FIRST_DELAY_MS * 2 ** repeats, LONGEST_DELAY_MS)
}
