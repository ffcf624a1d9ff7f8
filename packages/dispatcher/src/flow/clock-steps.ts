import type { Clock } from '../ports/clock.js'

/** A clock that moves by more than this against the monotonic one was set, ms. */
const STEP_MS = 1_000
/** The longest rate window, ms: what was set before it is of no consequence. */
const LONGEST_WINDOW_MS = 86_400_000
/** A clock that is set more often than this in a day is no clock. */
const MOST_STEPS = 100

/** The clock was set forward. */
interface Step {
  readonly atMonotonic: number
  /** Epoch ms: the latest that it had said. */
  readonly before: number
  readonly byMs: number
}

/**
 * Notices that the clock was set forward, and keeps rate windows from believing it: whatever had ended before ended as long ago
 * as it did, not as long as the clock now says. (Set back, what has ended ahead of the present counts as ending now:
 * `core/rate-window.ts`.) A host that was suspended looks the same; there a window's length at most is waited for nothing.
 */
export class ClockSteps {
  readonly #clock: Clock
  #offsetMs: number
  #steps: Step[] = []

  constructor(clock: Clock) {
    this.#clock = clock
    this.#offsetMs = clock.now() - clock.monotonic()
  }

  /** To be called often: a clock that is set back and forward between two looks was never set. */
  look(): void {
    const monotonic = this.#clock.monotonic()
    const now = this.#clock.now()
    const byMs = now - monotonic - this.#offsetMs
    this.#offsetMs += byMs
    if (byMs <= STEP_MS) return
    const step = { atMonotonic: monotonic, before: now - byMs, byMs }
    const recent = this.#steps.filter(({ atMonotonic }) => monotonic - atMonotonic <= LONGEST_WINDOW_MS)
    this.#steps = [...recent, step].slice(-MOST_STEPS)
  }

  /** Ends of attempts (epoch ms) as they are on the clock of now. */
  corrected(ends: readonly number[], windowMs: number): readonly number[] {
    this.look()
    const monotonic = this.#clock.monotonic()
    const steps = this.#steps.filter(({ atMonotonic }) => monotonic - atMonotonic <= windowMs)
    if (steps.length === 0) return ends
    const now = this.#clock.now()
    return ends.map((end) => {
      const moved = steps.reduce(
        // What ended while it was set in several goes, of which this is the sum, ended at the latest when that was noticed.
        (at, { before, byMs }) => (at <= before ? at + byMs : Math.max(at, before + byMs)),
        end,
      )
      return Math.min(moved, Math.max(now, end))
    })
  }
}
