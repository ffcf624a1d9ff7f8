import { addCounts } from '../core/metrics.js'
import type { MetricsSum } from '../ports/storage/metrics.js'

/** Sums rows of metrics by spans of `stepMs` that begin at multiples of it since the epoch. */
export const sumMetrics = (rows: Iterable<MetricsSum>, stepMs: number): MetricsSum[] => {
  const sums = new Map<number, number[]>()
  for (const row of rows) {
    const at = Math.floor(row.at / stepMs) * stepMs
    let sum = sums.get(at)
    if (!sum) sums.set(at, (sum = []))
    addCounts(sum, row.counts)
  }
  return [...sums].map(([at, counts]) => ({ at, counts }))
}
