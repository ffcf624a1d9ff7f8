import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLOCKS_DIFFER_MS } from '../core/clocks-differ.js'
import type { Clock } from '../ports/clock.js'

/**
 * The host's clock, carried by the monotonic one: an adjustment of the wall clock moves it only when `resample` is called. One that is
 * set is followed at once, unless the time is another clock's: processes of one host would be hours apart until their next sample,
 * and read each other's windows as long past. `offsetMs` skews it, for tests.
 */
export interface SystemClock extends Clock {
  /** Sets it to a sample of another clock, right within `uncertaintyMs`; without one, to the host's wall clock. */
  resample(sample?: { readonly time: number; readonly uncertaintyMs: number }): void
  uncertaintyMs(): number
}

/** A wall clock tells whole milliseconds, cut off. */
const GRAIN_MS = 1
const MOST_READINGS = 8
const GOOD_BRACKET_MS = 0.05

/** How fast two clocks may part between samples: what an operating system slews by at most (adjtime, 500 ppm). */
const DRIFT = 500e-6

/** The clock a dispatcher runs on unless it is given another. */
export const systemClock = (options: { offsetMs?: number } = {}): SystemClock => {
  const monotonic = () => performance.now()
  // Between two readings a busy machine may stand still for tens of milliseconds: the tightest of several is taken, and what
  // may be wrong with that one is told.
  const readWall = () => {
    let best = { offset: 0, uncertaintyMs: Infinity, at: 0 }
    for (let count = 0; count < MOST_READINGS; count += 1) {
      const before = monotonic()
      const wall = Date.now() + (options.offsetMs ?? 0)
      const after = monotonic()
      const uncertaintyMs = (after - before + GRAIN_MS) / 2
      if (uncertaintyMs < best.uncertaintyMs)
        best = { offset: wall + GRAIN_MS / 2 - (before + after) / 2, uncertaintyMs, at: after }
      if (after - before < GOOD_BRACKET_MS) break
    }
    return best
  }
  let { offset, ...sampled } = readWall()
  let isWall = true
  return {
    now: () => {
      const now = offset + monotonic()
      const wasSet = isWall && Math.abs(Date.now() + (options.offsetMs ?? 0) - now) > CLOCKS_DIFFER_MS
      if (!wasSet) return now
      ;({ offset, ...sampled } = readWall())
      return offset + monotonic()
    },
    monotonic,
    uncertaintyMs: () => sampled.uncertaintyMs + (monotonic() - sampled.at) * DRIFT,
    sleep: async (ms, signal) => {
      // An abort is a wish to be woken, not a failure.
      await sleep(Math.max(0, Math.min(ms, 2 ** 31 - 1)), undefined, signal ? { signal } : {}).catch(
        () => undefined,
      )
    },
    resample: (sample) => {
      isWall = !sample
      if (sample) {
        const at = monotonic()
        offset = sample.time - at
        sampled = { at, uncertaintyMs: sample.uncertaintyMs }
      } else ({ offset, ...sampled } = readWall())
    },
  }
}

/** Whether a clock is one of these: those are kept on the store's time. */
export const isSystemClock = (clock: Clock): clock is SystemClock => 'resample' in clock
