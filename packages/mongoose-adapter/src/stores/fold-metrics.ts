import { addCounts, HOUR_MS, readRows } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { MetricsDocument, MetricsFoldDocument } from '../documents.js'
import { duplicatesOf, isDuplicate } from '../errors.js'
import {
  additions,
  isBroken,
  METRICS_FOLD,
  metricsId,
  toParts,
  type MetricsPart,
} from '../mapping/metrics.js'
import type { StoreContext } from './context.js'
import { halving } from './halving.js'
import { named } from './reading.js'

/** Calls added together. */
export const CALLS_AT_A_TIME = 256

/** Folds remembered with an hour, so that each is added once. */
const FOLDS_REMEMBERED = 8

/** How long a call is known after it was added, ms. */
const CALLS_KNOWN_MS = 600_000

/**
 * Adds what calls have counted to the hours of their subscriptions, some calls at a time; answers how many. Without
 * transactions: which calls it is to be is written down first, and each hour remembers that it has them. Whoever comes while that
 * is under way, or finds it cut off, does the same once more, and changes what is not changed yet.
 */
export const foldMetrics = async (context: StoreContext): Promise<number> => {
  const { metricsCalls, metricsFolds } = context.at()
  const fold = await beginFold(context)
  if (!fold) return 0
  const toAdd = { _id: { $in: fold.calls }, state: 2 as const }
  const calls = await metricsCalls.find(toAdd).toArray()
  await addToHours(context, readRows(calls, toParts, named('metrics'), context.report).flat(), fold.token)
  await metricsCalls.updateMany(toAdd, { $set: { state: 3 }, $unset: { parts: '' } })
  await metricsFolds.deleteOne({ _id: METRICS_FOLD, token: fold.token })
  await metricsCalls.deleteMany({ state: 3, at: { $lt: fold.at - CALLS_KNOWN_MS } })
  return fold.calls.length
}

/** What is being added, or else what is to be next; `null` when there is nothing. */
const beginFold = async ({ at }: StoreContext): Promise<MetricsFoldDocument | null> => {
  const { metricsCalls, metricsFolds, ObjectId } = at()
  for (;;) {
    const begun = await metricsFolds.findOne({ _id: METRICS_FOLD })
    if (begun && !isBroken(begun)) return begun
    if (begun) await metricsFolds.deleteOne({ _id: METRICS_FOLD, token: begun.token })
    const calls = await metricsCalls
      .find({ state: 2 })
      .project<{ _id: string; at: number }>({ at: 1 })
      .sort({ at: 1 })
      .limit(CALLS_AT_A_TIME)
      .toArray()
    const last = calls.at(-1)
    if (!last) return null
    const token = new ObjectId().toHexString()
    const ids = calls.map(({ _id }) => _id)
    const fold = { _id: METRICS_FOLD, at: last.at, state: 4 as const, token, calls: ids }
    const isOurs = await metricsFolds.insertOne(fold).then(() => true, unlessDuplicate)
    if (isOurs) return fold
  }
}

const unlessDuplicate = (error: unknown): false => {
  if (isDuplicate(error)) return false
  throw error
}

/** An hour of a subscription, and what is added to it. */
interface Hour {
  readonly lane: string
  readonly at: number
  readonly minutes: Map<number, number[]>
}

const hoursOf = (parts: readonly MetricsPart[]): Hour[] => {
  const hours = new Map<string, Hour>()
  for (const { lane, at: minute, counts } of parts) {
    const at = Math.floor(minute / HOUR_MS) * HOUR_MS
    const id = metricsId(lane, at)
    const hour = hours.get(id) ?? { lane, at, minutes: new Map<number, number[]>() }
    hours.set(id, hour)
    const sum = hour.minutes.get(minute) ?? []
    hour.minutes.set(minute, sum)
    addCounts(sum, counts)
  }
  return [...hours.values()]
}

/** To each once. A document that cannot be counted in is told of and left. */
const addToHours = async (
  { at, logger }: StoreContext,
  parts: readonly MetricsPart[],
  token: string,
): Promise<void> => {
  const { metrics } = at()
  const operations = (hours: readonly Hour[], upsert: boolean) =>
    hours.map((hour): mongo.AnyBulkWriteOperation<MetricsDocument> => {
      const filter = { _id: metricsId(hour.lane, hour.at), calls: { $ne: token } }
      const $push = { calls: { $each: [token], $slice: -FOLDS_REMEMBERED } }
      const $set = { lane: hour.lane, at: hour.at, state: 0 as const }
      return { updateMany: { filter, update: { $inc: sumOf(hour), $push, $set }, upsert } }
    })
  const add = async (hours: readonly Hour[]) => {
    // One that has it already, or that another makes just now, is met as a duplicate: it is there by then.
    const there = await metrics
      .bulkWrite(operations(hours, true), { ordered: false })
      .then(() => new Set<number>(), duplicatesOf)
    const again = hours.filter((_, index) => there.has(index))
    if (again.length > 0) await metrics.bulkWrite(operations(again, false), { ordered: false })
    return []
  }
  if (parts.length === 0) return
  await halving(hoursOf(parts), add, ({ lane }) =>
    logger.warn({ subscriptionId: lane }, 'The metrics of a subscription could not be written'),
  )
}

const sumOf = ({ minutes }: Hour): Record<string, number> => {
  const sum: Record<string, number> = {}
  for (const [minute, counts] of minutes)
    for (const [field, count] of Object.entries(additions(minute, counts)))
      sum[field] = (sum[field] ?? 0) + count
  return sum
}
