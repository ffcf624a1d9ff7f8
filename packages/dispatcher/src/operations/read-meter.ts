import { readGauges } from '../api/gauges.js'
import type { Metric } from '../api/meter.js'
import type { Stats } from '../api/stats.js'

/** What was counted, and what there is to see beside it. */
export const readMeter = (counted: { read(): Metric[] }, stats: Stats): Metric[] => [
  ...counted.read(),
  ...readGauges(stats).map(({ instrument, value }) => ({
    ...instrument,
    values: [{ labels: {}, value }],
    histograms: [],
  })),
]
