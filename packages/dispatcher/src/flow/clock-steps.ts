import type { Clock } from '../ports/clock.js'

/** A clock that moves by more than this against the monotonic one was set, ms. */
const STEP_MS = 1_000

/**
 * Notices that the clock was set forward, and keeps rate windows from believing it: whatever had ended before ended as long ago
 * as it did, not as long as the clock now says. (Set back, what has ended ahead of the present counts as ending now:
 * `core/rate-window.ts`.) A host that was suspended looks the same; there a window's length at most is waited for nothing.
 */
export class ClockSteps {
  readonly #clock: Clock
  #offsetMs: number
  #step: { atMonotonic: number; before: number; byMs: number } | null = null

  constructor(clock: Clock) {
    this.#clock = clock
    this.#offsetMs = clock.now() - clock.monotonic()
  }

  /** Ends of attempts (epoch ms) as they are on the clock of now. */
  corrected(ends: readonly number[], windowMs: number): readonly number[] {
    const monotonic = this.#clock.monotonic()
    const now = this.#clock.now()
    const byMs = now - monotonic - this.#offsetMs
    if (byMs > STEP_MS) this.#step = { atMonotonic: monotonic, before: now - byMs, byMs }
    this.#offsetMs += byMs
    const step = this.#step
    if (!step || monotonic - step.atMonotonic > windowMs) return ends
    return ends.map((end) => (end <= step.before ? Math.min(end + step.byMs, now) : end))
  }
}
