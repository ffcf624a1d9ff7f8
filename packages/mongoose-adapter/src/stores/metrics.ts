import {
  HOUR_MS,
  readRows,
  sumMetrics,
  type MetricsSpan,
  type MetricsStore,
  type MetricsSum,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { MetricsDocument } from '../documents.js'
import { guarded } from '../errors.js'
import { metricsId, toHour, toMinutes } from '../mapping/metrics.js'
import type { StoreContext } from './context.js'
import { named } from './reading.js'

/** Hours with their minutes, and those that are rolled up. */
const EITHER = { $in: [0, 1] as (0 | 1)[] }

/** Documents looked at before their sums are made. */
const AT_A_TIME = 500

const filterOf = ({ subscriptionId, since, until }: MetricsSpan): mongo.Filter<MetricsDocument> => {
  // A minute lies within its hour.
  const from = Math.floor(since / HOUR_MS) * HOUR_MS
  if (subscriptionId === null) return { state: EITHER, at: { $gte: from, $lt: until } }
  const lane = String(subscriptionId)
  return { _id: { $gte: metricsId(lane, from), $lte: metricsId(lane, until - 1) } }
}

export const mongoMetrics = ({ at, report }: StoreContext): MetricsStore => ({
  read: async (span) =>
    guarded('metrics.read', async () => {
      const { since, until, stepMs } = span
      const byMinute = stepMs < HOUR_MS
      const read = (row: MetricsDocument): MetricsSum[] => (byMinute ? toMinutes(row) : [toHour(row)])
      const projection = { at: 1, [byMinute ? 'minutes' : 'hour']: 1 }
      let sums: MetricsSum[] = []
      let rows: MetricsDocument[] = []
      const add = () => {
        const found = readRows(rows, read, named('metrics'), report).flat()
        const within = found.filter((sum) => sum.at >= since && sum.at < until)
        sums = sumMetrics([...sums, ...within], stepMs)
        rows = []
      }
      for await (const row of at().metrics.find(filterOf(span), { projection }).batchSize(AT_A_TIME))
        if (rows.push(row) === AT_A_TIME) add()
      add()
      return sums
    }),
  rollUp: async ({ minutesBefore, hoursBefore, limit }) =>
    guarded('metrics.rollUp', async () => {
      const { metrics } = at()
      const oldest = async (filter: mongo.Filter<MetricsDocument>, most: number): Promise<string[]> => {
        const found = await metrics.find(filter).project<{ _id: string }>({ _id: 1 }).limit(most).toArray()
        return found.map(({ _id }) => _id)
      }
      // The hour has what its minutes had from the first: they are let go of, in one write that nothing comes between.
      const minutes = { state: 0 as const, at: { $lt: minutesBefore } }
      const rolled = await oldest(minutes, limit)
      if (rolled.length > 0)
        await metrics.updateMany(
          { _id: { $in: rolled }, ...minutes },
          { $unset: { minutes: '' }, $set: { state: 1 } },
        )
      if (rolled.length === limit) return limit
      const forgotten = await oldest({ state: EITHER, at: { $lt: hoursBefore } }, limit - rolled.length)
      if (forgotten.length > 0) await metrics.deleteMany({ _id: { $in: forgotten } })
      return rolled.length + forgotten.length
    }),
})
