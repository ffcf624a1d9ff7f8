import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../ports/clock.js'

/**
 * The host's clock, carried by the monotonic one: an adjustment of the wall clock moves it only when `resample` is
 * called, never in the middle of a lease. `offsetMs` skews it, for tests.
 */
export interface SystemClock extends Clock {
  /** Sets it to `now`, or to the host's wall clock. */
  resample(now?: number): void
}

/** The clock a dispatcher runs on unless it is given another. */
export const systemClock = (options: { offsetMs?: number } = {}): SystemClock => {
  const monotonic = () => performance.now()
  const wall = () => Date.now() + (options.offsetMs ?? 0)
  let offset = wall() - monotonic()
  return {
    now: () => offset + monotonic(),
    monotonic,
    sleep: async (ms, signal) => {
      // An abort is a wish to be woken, not a failure.
      await sleep(Math.max(0, Math.min(ms, 2 ** 31 - 1)), undefined, signal ? { signal } : {}).catch(
        () => undefined,
      )
    },
    resample: (now) => {
      offset = (now ?? wall()) - monotonic()
    },
  }
}
