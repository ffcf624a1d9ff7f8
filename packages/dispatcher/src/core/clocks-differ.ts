/** By how much the clocks of sound processes may differ, ms: what is further ahead, a wrong clock has written. */
export const CLOCKS_DIFFER_MS = 1_000
