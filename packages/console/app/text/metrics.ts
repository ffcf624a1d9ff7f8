import type { MetricsPoint, MetricsStep } from '../api/types.js'
import { serverNow } from './server-clock.js'

/** Upper bounds, ms, of the spans that durations are counted in; the last one has none. */
const BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const

/** The duration, ms, that a share of attempts did not exceed; `null` when there were none. */
export const percentile = (latency: readonly number[], share: number): number | null => {
  const total = latency.reduce((sum, one) => sum + one, 0)
  if (total === 0) return null
  let left = share * total
  for (const [index, bound] of BOUNDS_MS.entries()) {
    const inSpan = latency[index] ?? 0
    const from = BOUNDS_MS[index - 1] ?? 0
    if (inSpan > 0 && left <= inSpan) return Math.round(from + (bound - from) * (left / inSpan))
    left -= inSpan
  }
  return BOUNDS_MS.at(-1) ?? null
}

/** Several points as one. */
export const sumOf = (points: readonly MetricsPoint[]) => {
  const sum = { attempts: 0, delivered: 0, failed: 0, latency: Array<number>(BOUNDS_MS.length + 1).fill(0) }
  for (const { attempts, delivered, failed, latency } of points) {
    sum.attempts += attempts
    sum.delivered += delivered
    sum.failed += failed
    for (const [place, value] of latency.entries()) sum.latency[place] = (sum.latency[place] ?? 0) + value
  }
  return sum
}

/** The classes that anything failed by, the most frequent first. */
export const classesIn = (points: readonly MetricsPoint[]): string[] => {
  const sums = new Map<string, number>()
  for (const { failedBy } of points)
    for (const [name, value] of Object.entries(failedBy)) sums.set(name, (sums.get(name) ?? 0) + value)
  return [...sums]
    .filter(([, sum]) => sum > 0)
    .sort(([, one], [, other]) => other - one)
    .map(([name]) => name)
}

/** A time to look at. */
export interface Range {
  readonly name: string
  readonly ms: number
  readonly step: MetricsStep
}

const HOUR = 3_600_000

export const RANGES: readonly Range[] = [
  { name: '1 h', ms: HOUR, step: 'minute' },
  { name: '24 h', ms: 24 * HOUR, step: 'hour' },
  { name: '7 d', ms: 168 * HOUR, step: 'hour' },
  { name: '30 d', ms: 720 * HOUR, step: 'day' },
]

/** Where a range begins, now. */
export const sinceOf = ({ ms }: Range, now = serverNow()): string => new Date(now - ms).toISOString()
