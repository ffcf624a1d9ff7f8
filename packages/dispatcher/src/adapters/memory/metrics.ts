import { addCounts, HOUR_MS, MINUTE_MS } from '../../core/metrics.js'
import type { MetricsStore } from '../../ports/storage/metrics.js'
import { sumMetrics } from '../../storage-kit/sum-metrics.js'
import type { MemoryState, MetricsRow } from './state.js'

const keyOf = ({ subscriptionId, stepMs, at }: MetricsRow): string => `${stepMs} ${at} ${subscriptionId}`

/** Adds to a row, making it where it is not there. */
export const addMetrics = ({ metrics }: Pick<MemoryState, 'metrics'>, row: MetricsRow): void => {
  const counts = [...(metrics.get(keyOf(row))?.counts ?? [])]
  addCounts(counts, row.counts)
  metrics.set(keyOf(row), { ...row, counts })
}

export const memoryMetrics = (state: MemoryState): MetricsStore => ({
  read: async ({ subscriptionId, since, until, stepMs }) => {
    const rows = [...state.metrics.values()].filter(
      (row) =>
        (subscriptionId === null || row.subscriptionId === subscriptionId) &&
        row.at >= since &&
        row.at < until &&
        row.stepMs <= stepMs,
    )
    return sumMetrics(rows, stepMs)
  },
  rollUp: async ({ minutesBefore, hoursBefore, limit }) => {
    const old = [...state.metrics.values()].filter(
      ({ stepMs, at }) => at < (stepMs === MINUTE_MS ? minutesBefore : hoursBefore),
    )
    for (const row of old.slice(0, limit)) {
      state.metrics.delete(keyOf(row))
      if (row.stepMs === MINUTE_MS)
        addMetrics(state, { ...row, stepMs: HOUR_MS, at: Math.floor(row.at / HOUR_MS) * HOUR_MS })
    }
    return Math.min(old.length, limit)
  },
})
