import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What some work took of this process. */
export interface Measured {
  readonly seconds: number
  /** Of all its threads, µs. */
  readonly cpuUs: number
  /** How late the event loop was, ms; a loop that is never late has what the timer itself takes. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number }
}

/** Does some work, and says what it took. */
export const measured = async (work: () => Promise<unknown>): Promise<Measured> => {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const cpu = process.cpuUsage()
  const started = performance.now()
  delay.enable()
  await work()
  delay.disable()
  const seconds = (performance.now() - started) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  return {
    seconds,
    cpuUs: user + system,
    delay: { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) },
  }
}

/** How often the loop is looked at, ms: the histogram has what passed between two looks. */
const RESOLUTION_MS = 1
