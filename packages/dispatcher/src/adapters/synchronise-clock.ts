import type { Storage } from '../ports/storage/storage.js'
import type { SystemClock } from './system-clock.js'

const EVERY_MS = 30_000
/** The first samples meet a process that is still loading. */
const MOST_SAMPLES = 5
const GOOD_ROUND_TRIP_MS = 2
/** A store tells whole milliseconds. */
const GRAIN_MS = 1

/**
 * Keeps a clock on the store's time, so that hosts whose clocks disagree agree about leases, windows and due times. Of several
 * samples the one with the shortest round trip counts (NTP's filter, RFC 5905, section 10): the store's answer was true at
 * some moment of that round trip, and half of it is what the clock may be wrong by.
 * Answers a function that stops it.
 */
export const synchroniseClock = async (clock: SystemClock, storage: Storage): Promise<() => void> => {
  const sample = async () => {
    let best: { at: number; time: number; uncertaintyMs: number } | null = null
    for (let taken = 0; taken < MOST_SAMPLES; taken += 1) {
      const asked = clock.monotonic()
      const time = await storage.now()
      if (time === null) break
      const at = clock.monotonic()
      const uncertaintyMs = (at - asked + GRAIN_MS) / 2
      if (!best || uncertaintyMs < best.uncertaintyMs)
        best = { at, time: time + uncertaintyMs, uncertaintyMs }
      if (at - asked < GOOD_ROUND_TRIP_MS) break
    }
    if (best) clock.resample({ ...best, time: best.time + clock.monotonic() - best.at })
    else clock.resample()
  }
  await sample()
  const timer = setInterval(() => {
    // An unreachable store is told of by those who need it; the clock runs on, less and less sure of itself.
    sample().catch(() => undefined)
  }, EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
