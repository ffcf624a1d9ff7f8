import type { Storage } from '../ports/storage.js'
import type { SystemClock } from './system-clock.js'

const EVERY_MS = 30_000

/**
 * Keeps a clock on the store's time, so that hosts whose clocks disagree agree about leases, windows and due times.
 * Answers a function that stops it.
 */
export const synchroniseClock = async (clock: SystemClock, storage: Storage): Promise<() => void> => {
  const sample = async () => {
    const now = await storage.now()
    clock.resample(now ?? undefined)
  }
  await sample()
  const timer = setInterval(() => {
    // An unreachable store is told of by those who need it; the clock runs on.
    sample().catch(() => undefined)
  }, EVERY_MS)
  timer.unref()
  return () => clearInterval(timer)
}
