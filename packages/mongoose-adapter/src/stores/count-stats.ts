import { statsDeltas, type AttemptResult, type StatsDelta } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { SubscriptionDocument } from '../documents.js'
import { toObjectId } from '../mapping/ids.js'
import type { StoreContext } from './context.js'
import { halving } from './halving.js'

/** Calls remembered with a subscription, so that a repeated one counts once. */
const CALLS_REMEMBERED = 32

/** Subscriptions that sent as much, and latest within one such span, are counted in one update, with the latest of them all (failing: the earliest), ms. */
const SPAN_MS = 100

/** What is added to one subscription. */
interface Part {
  readonly _id: mongo.ObjectId
  readonly delta: StatsDelta
}

/**
 * Adds to the statistics of subscriptions, once per call. A document that cannot be counted in (its `stats` is no object, say)
 * is reported and left: what was delivered is delivered, and the other subscriptions must not wait for it.
 */
export const countStats = async (
  { at, logger }: StoreContext,
  applied: readonly AttemptResult[],
  callId: string,
): Promise<void> => {
  const parts = [...statsDeltas(applied)].flatMap(([id, delta]) => {
    const _id = toObjectId(at(), id)
    return _id ? [{ _id, delta }] : []
  })
  if (parts.length === 0) return
  const count = async (some: readonly Part[]) => {
    const operations = alike(some).map((group) => addition(group, callId))
    await at().subscriptions.bulkWrite(operations, { ordered: false })
    return []
  }
  await halving(parts, count, ({ _id }) =>
    logger.warn({ subscriptionId: String(_id) }, 'The statistics of a subscription could not be written'),
  )
}

const alike = (parts: readonly Part[]): Part[][] => {
  const groups = new Map<string, Part[]>()
  for (const part of parts) {
    const { sent, failed, lastSentAt, lastError, delivered, failingSince, lastFailedAt } = part.delta
    const spans = [lastSentAt, failingSince, lastFailedAt].map((at) => at && Math.floor(at / SPAN_MS))
    const key = JSON.stringify([sent, failed, ...spans, lastError, delivered])
    const group = groups.get(key)
    if (group) group.push(part)
    else groups.set(key, [part])
  }
  return [...groups.values()]
}

const addition = (
  group: readonly Part[],
  callId: string,
): mongo.AnyBulkWriteOperation<SubscriptionDocument> => {
  const [{ delta }] = group as [Part]
  const { sent, failed, lastError, delivered, failingSince, lastFailedAt } = delta
  const deltas = group.map((part) => part.delta)
  const latest = (field: 'lastSentAt' | 'lastFailedAt') =>
    new Date(Math.max(...deltas.map((one) => one[field] ?? 0)))
  // What does not fail has no date: an earlier one is kept by `$min`.
  const since = new Date(Math.min(...deltas.map((one) => one.failingSince ?? Infinity)))
  const failing = failingSince !== null
  const update = {
    $inc: { 'stats.totalSent': sent, 'stats.totalFailed': failed },
    $push: { countedCalls: { $each: [callId], $slice: -CALLS_REMEMBERED } },
    $set: {
      ...(delta.lastSentAt !== null && { 'stats.lastSentAt': latest('lastSentAt') }),
      ...(lastError !== null && { 'stats.lastError': lastError }),
      ...(lastFailedAt !== null && { 'stats.lastFailedAt': latest('lastFailedAt') }),
      ...(delivered && failing && { 'stats.failingSince': since }),
    },
    ...(delivered && !failing && { $unset: { 'stats.failingSince': '' as const } }),
    ...(!delivered && { $min: { 'stats.failingSince': since } }),
  }
  const filter = { _id: { $in: group.map(({ _id }) => _id) }, countedCalls: { $ne: callId } }
  return { updateMany: { filter, update } }
}
