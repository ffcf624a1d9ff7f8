import type { AttemptErrorClass } from './attempt.js'
import type { AttemptResult } from './attempt-result.js'

/**
 * Upper bounds, ms, of the spans in which durations of attempts are counted: `latency[0]` counts those of at most 5 ms,
 * `latency[11]` those of more than 10 s.
 */
export const LATENCY_BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const

/** The classes of failed attempts in the order of their places in `MetricsCounts`. A new one is added at the end. */
export const FAILURE_CLASSES = [
  'http',
  'dns',
  'connect',
  'tls',
  'reset',
  'timeout',
  'invalid_response',
  'blocked_address',
  'internal',
] as const satisfies readonly AttemptErrorClass[]

/** How many spans durations are counted in. */
export const LATENCY_SPANS = LATENCY_BUCKETS_MS.length + 1

/** How many numbers `MetricsCounts` are. */
export const COUNTS_LENGTH = LATENCY_SPANS + FAILURE_CLASSES.length

/**
 * What attempts came to in one span of time: first how many took how long (`LATENCY_BUCKETS_MS`), all attempts; then how many of
 * them failed by which class (`FAILURE_CLASSES`). Sums are made place by place; a place that is not there is 0.
 */
export type MetricsCounts = readonly number[]

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000

/** How long metrics are kept by the minute, ms; after that by the hour. */
export const MINUTES_KEPT_MS = 48 * HOUR_MS

/** How long they are kept at all, ms. */
export const HOURS_KEPT_MS = 30 * 24 * HOUR_MS

/** Before which instant, a whole hour, minutes are made into hours. */
export const minutesBefore = (now: number): number => Math.floor((now - MINUTES_KEPT_MS) / HOUR_MS) * HOUR_MS

/** The minute, epoch ms of its start, in which a call of `complete` at `now` counts. */
export const minuteOf = (now: number): number => Math.floor(now / MINUTE_MS) * MINUTE_MS

/** The places of `MetricsCounts` that an attempt adds one to: one when it delivered, two when it failed. */
export const metricsPlaces = ({ status, attempt }: AttemptResult): readonly [number, number?] => {
  const { durationMs, errorClass } = attempt
  let latency = 0
  while (latency < LATENCY_BUCKETS_MS.length && durationMs > (LATENCY_BUCKETS_MS[latency] ?? 0)) latency += 1
  if (status === 'delivered') return [latency]
  return [latency, LATENCY_SPANS + FAILURE_CLASSES.indexOf(errorClass ?? 'internal')]
}

/** Adds counts to others, in place. */
export const addCounts = (sum: number[], counts: MetricsCounts): void => {
  for (const [place, count] of counts.entries()) sum[place] = (sum[place] ?? 0) + count
}

/** What a batch of applied results adds to the row of each subscription for the minute of the call. */
export const metricsDeltas = (results: readonly AttemptResult[]): Map<string, number[]> => {
  const deltas = new Map<string, number[]>()
  for (const result of results) {
    let counts = deltas.get(result.subscriptionId)
    if (!counts) deltas.set(result.subscriptionId, (counts = Array<number>(COUNTS_LENGTH).fill(0)))
    for (const place of metricsPlaces(result))
      if (place !== undefined) counts[place] = (counts[place] ?? 0) + 1
  }
  return deltas
}

/**
 * The duration, ms, that a share of attempts did not exceed, between the bounds that it is known to lie in; `null` when there were
 * none. Above 10 s it is not known by how much: then 10,000.
 * @param latency counts by `LATENCY_BUCKETS_MS`, as in a `MetricsPoint`
 * @param share 0 to 1: `0.95` for the 95th percentile
 * @example
 * percentile(point.latency, 0.5)
 */
export const percentile = (latency: readonly number[], share: number): number | null => {
  const total = latency.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let left = Math.min(Math.max(share, 0), 1) * total
  for (const [index, bound] of LATENCY_BUCKETS_MS.entries()) {
    const count = latency[index] ?? 0
    const from = LATENCY_BUCKETS_MS[index - 1] ?? 0
    if (count > 0 && left <= count) return from + (bound - from) * (left / count)
    left -= count
  }
  return LATENCY_BUCKETS_MS.at(-1) ?? null
}
