import {
  HOUR_MS,
  readRows,
  sumMetrics,
  type MetricsSpan,
  type MetricsStore,
  type MetricsSum,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { MetricsCallDocument, MetricsDocument, MetricsFoldDocument } from '../documents.js'
import { guarded } from '../errors.js'
import { isBroken, METRICS_FOLD, metricsId, toHour, toMinutes, toParts } from '../mapping/metrics.js'
import type { StoreContext } from './context.js'
import { foldMetrics } from './fold-metrics.js'
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
  return { _id: { $gte: metricsId(lane, from), $lte: metricsId(lane, until - 1) }, state: EITHER }
}

/** What calls have counted that is not in the hours yet; `added` are those hours that have what is being added. */
const notYetAdded = async (
  { at, report }: StoreContext,
  { subscriptionId, since, until }: MetricsSpan,
  { being, added }: { readonly being: MetricsFoldDocument | null; readonly added: ReadonlySet<string> },
): Promise<MetricsSum[]> => {
  const calls = await at()
    .metricsCalls.find({ state: 2, at: { $gte: since, $lt: until } })
    .toArray()
  const read = (call: MetricsCallDocument) =>
    toParts(call).filter(
      ({ lane, at: minute }) =>
        (subscriptionId === null || lane === String(subscriptionId)) &&
        !(being?.calls.includes(call._id) && added.has(metricsId(lane, minute))),
    )
  return readRows(calls, read, named('metrics'), report).flat()
}

export const mongoMetrics = (context: StoreContext): MetricsStore => ({
  read: async (span) =>
    guarded('metrics.read', async () => {
      const { at, report } = context
      const { since, until, stepMs } = span
      const begun = await at().metricsFolds.findOne({ _id: METRICS_FOLD })
      const being = begun && !isBroken(begun) ? begun : null
      const added = new Set<string>()
      const byMinute = stepMs < HOUR_MS
      const read = (row: MetricsDocument): MetricsSum[] => (byMinute ? toMinutes(row) : [toHour(row)])
      const projection = { at: 1, [byMinute ? 'minutes' : 'hour']: 1, ...(being && { calls: 1 }) }
      let sums: MetricsSum[] = []
      let rows: MetricsDocument[] = []
      const add = () => {
        const found = readRows(rows, read, named('metrics'), report).flat()
        const within = found.filter((sum) => sum.at >= since && sum.at < until)
        sums = sumMetrics([...sums, ...within], stepMs)
        rows = []
      }
      for await (const row of at().metrics.find(filterOf(span), { projection }).batchSize(AT_A_TIME)) {
        if (being && Array.isArray(row.calls) && row.calls.includes(being.token)) added.add(row._id)
        if (rows.push(row) === AT_A_TIME) add()
      }
      add()
      return sumMetrics([...sums, ...(await notYetAdded(context, span, { being, added }))], stepMs)
    }),
  rollUp: async ({ minutesBefore, hoursBefore, limit }) =>
    guarded('metrics.rollUp', async () => {
      while ((await foldMetrics(context)) > 0);
      const { metrics } = context.at()
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
