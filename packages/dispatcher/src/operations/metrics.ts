import type { Metrics, MetricsPoint } from '../api/metrics.js'
import { FAILURE_CLASSES, LATENCY_SPANS, type MetricsCounts } from '../core/metrics.js'
import { parseMetricsQuery } from '../input/metrics.js'
import type { Clock } from '../ports/clock.js'
import type { Storage } from '../ports/storage/storage.js'

/** Reads the metrics of one subscription, or of all (`null`). @throws InvalidOptionsError naming the field */
export const readMetrics = async (
  { storage, clock }: { readonly storage: Pick<Storage, 'metrics'>; readonly clock: Clock },
  member: string,
  subscriptionId: string | null,
  query: unknown,
): Promise<Metrics> => {
  const { since, until, step, stepMs } = parseMetricsQuery(member, query, clock.now())
  const sums = await storage.metrics.read({ subscriptionId, since, until, stepMs })
  const found = new Map(sums.map(({ at, counts }) => [at, counts]))
  const points = Array.from({ length: (until - since) / stepMs }, (_, index) => {
    const at = since + index * stepMs
    return point(at, found.get(at) ?? [])
  })
  return { since: new Date(since), until: new Date(until), step, points }
}

const point = (at: number, counts: MetricsCounts): MetricsPoint => {
  const latency = Array.from({ length: LATENCY_SPANS }, (_, place) => counts[place] ?? 0)
  const classes = FAILURE_CLASSES.map((name, index) => [name, counts[LATENCY_SPANS + index] ?? 0] as const)
  const attempts = sum(latency)
  const failed = sum(classes.map(([, count]) => count))
  const failedBy = Object.fromEntries(classes) as MetricsPoint['failedBy']
  return { at: new Date(at), attempts, delivered: attempts - failed, failed, failedBy, latency }
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
