import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../ports/clock.js'

/**
 * The host's clock, carried by the monotonic one: an adjustment of the wall clock moves it only when `resample` is
 * called, never in the middle of a lease. `offsetMs` skews it, for tests.
 */
export interface SystemClock extends Clock {
  /** Sets it to a sample of another clock, right within `uncertaintyMs`; without one, to the host's wall clock. */
  resample(sample?: { readonly time: number; readonly uncertaintyMs: number }): void
  uncertaintyMs(): number
}

/** How fast two clocks may part between samples: what an operating system slews by at most (adjtime, 500 ppm). */
const DRIFT = 500e-6

/** The clock a dispatcher runs on unless it is given another. */
export const systemClock = (options: { offsetMs?: number } = {}): SystemClock => {
  const monotonic = () => performance.now()
  const wall = () => Date.now() + (options.offsetMs ?? 0)
  let offset = wall() - monotonic()
  let sampled: { readonly at: number; readonly uncertaintyMs: number } | null = null
  return {
    now: () => offset + monotonic(),
    monotonic,
    uncertaintyMs: () => (sampled ? sampled.uncertaintyMs + (monotonic() - sampled.at) * DRIFT : 0),
    sleep: async (ms, signal) => {
      // An abort is a wish to be woken, not a failure.
      await sleep(Math.max(0, Math.min(ms, 2 ** 31 - 1)), undefined, signal ? { signal } : {}).catch(
        () => undefined,
      )
    },
    resample: (sample) => {
      const at = monotonic()
      offset = (sample?.time ?? wall()) - at
      sampled = sample ? { at, uncertaintyMs: sample.uncertaintyMs } : null
    },
  }
}

/** Whether a clock is one of these: those are kept on the store's time. */
export const isSystemClock = (clock: Clock): clock is SystemClock => 'resample' in clock
