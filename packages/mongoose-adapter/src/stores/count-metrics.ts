import { HOUR_MS, metricsDeltas, minuteOf, type AttemptResult } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { MetricsDocument } from '../documents.js'
import { duplicatesOf } from '../errors.js'
import { additions, metricsId } from '../mapping/metrics.js'
import type { StoreContext } from './context.js'
import { halving } from './halving.js'

/** Calls remembered with an hour, so that a repeated one counts once. */
const CALLS_REMEMBERED = 8

type Part = readonly [lane: string, counts: readonly number[]]

/**
 * Counts a call in the hours of its subscriptions, and in the minute of `now` within them, once per call. A document that cannot
 * be counted in is told of and left: what was delivered is delivered.
 */
export const countMetrics = async (
  { at, logger }: StoreContext,
  applied: readonly AttemptResult[],
  { callId, now }: { readonly callId: string; readonly now: number },
): Promise<void> => {
  const minute = minuteOf(now)
  const hour = Math.floor(minute / HOUR_MS) * HOUR_MS
  const operations = (parts: readonly Part[], upsert: boolean) =>
    parts.map(([lane, counts]): mongo.AnyBulkWriteOperation<MetricsDocument> => {
      const filter = { _id: metricsId(lane, hour), calls: { $ne: callId } }
      const $push = { calls: { $each: [callId], $slice: -CALLS_REMEMBERED } }
      const $set = { lane, at: hour, state: 0 as const }
      return { updateMany: { filter, update: { $inc: additions(minute, counts), $push, $set }, upsert } }
    })
  const count = async (parts: readonly Part[]) => {
    const { metrics } = at()
    // One that has counted the call, or that another call makes just now, is met as a duplicate: it is there by then.
    const there = await metrics
      .bulkWrite(operations(parts, true), { ordered: false })
      .then(() => new Set<number>(), duplicatesOf)
    const again = parts.filter((_, index) => there.has(index))
    if (again.length > 0) await metrics.bulkWrite(operations(again, false), { ordered: false })
    return []
  }
  const parts = [...metricsDeltas(applied)]
  if (parts.length === 0) return
  await halving(parts, count, ([subscriptionId]) =>
    logger.warn({ subscriptionId }, 'The metrics of a subscription could not be written'),
  )
}
