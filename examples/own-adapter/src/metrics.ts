import {
  addCounts,
  HOUR_MS,
  MINUTE_MS,
  sumMetrics,
  type MetricsStore,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { MetricsRow, Rows } from './rows.js'

const idOf = ({ subscriptionId, stepMs, at }: MetricsRow) => `${stepMs} ${at} ${subscriptionId}`

export const addMetrics = ({ metrics }: Rows, row: MetricsRow): void => {
  const counts = [...(metrics.get(idOf(row))?.counts ?? [])]
  addCounts(counts, row.counts)
  metrics.put(idOf(row), { ...row, counts })
}

export const metricsStore = (rows: Rows): MetricsStore => ({
  read: async ({ subscriptionId, since, until, stepMs }) => {
    const all = rows.metrics.read().filter((row) => row.stepMs <= stepMs && row.at >= since && row.at < until)
    return sumMetrics(
      all.filter((row) => row.subscriptionId === (subscriptionId ?? row.subscriptionId)),
      stepMs,
    )
  },
  rollUp: async ({ minutesBefore, hoursBefore, limit }) => {
    const isOld = ({ stepMs, at }: MetricsRow) => at < (stepMs === MINUTE_MS ? minutesBefore : hoursBefore)
    const old = rows.metrics.read().filter(isOld).slice(0, limit)
    for (const row of old) {
      rows.metrics.remove(idOf(row))
      const hour = { ...row, stepMs: HOUR_MS, at: row.at - (row.at % HOUR_MS) }
      if (row.stepMs === MINUTE_MS) addMetrics(rows, hour)
    }
    return old.length
  },
})
