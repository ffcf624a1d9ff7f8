import { randomUUID } from 'node:crypto'
import { MAX_ATTEMPTS_KEPT, statsDeltas, type LaneStore, type Settlement } from '@swigs/webhooks-dispatcher'
import type { Collections } from '../collections.js'
import { STATES, toObjectId } from '../mapping.js'
import { tokensOf } from './lanes.js'

type SettleInput = Parameters<LaneStore['settle']>[0]

/**
 * One read of the lanes' tokens, one bulk of compare-and-sets, one bulk of statistics. A lane that changes hands between
 * the read and the write lets a truthful outcome through, never a second one: the attempt count is part of the fence.
 *
 * Every outcome carries an id of its call. When the same call is repeated after a lost answer (the same input object, as
 * `retryingStorage` hands it over), outcomes that are there already are recognised by it, and counted then.
 */
export const settle = async (collections: Collections, input: SettleInput): Promise<string[]> => {
  const { now, settlements, progressed } = input
  const held = await heldOf(collections, settlements)
  const applied = held.length > 0 ? await apply(collections, held, now, callOf(input)) : []
  await count(collections, applied)
  if (progressed.length > 0)
    await collections.lanes.updateMany(
      { _id: { $in: [...progressed] } },
      { $set: { strikes: 0, heldStrikes: 0 } },
    )
  const changed = new Set(applied)
  return settlements.flatMap((settlement) => (changed.has(settlement) ? [] : settlement.deliveryId))
}

const heldOf = async ({ lanes }: Collections, settlements: readonly Settlement[]): Promise<Settlement[]> => {
  const tokens = await tokensOf(
    lanes,
    settlements.map(({ subscriptionId }) => subscriptionId),
  )
  // A delivery twice in one batch: the second would meet what the first has changed.
  const seen = new Set<string>()
  return settlements.filter(({ subscriptionId, token, deliveryId }) => {
    if (tokens.get(subscriptionId) !== token || seen.has(deliveryId)) return false
    seen.add(deliveryId)
    return true
  })
}

const apply = async (
  { deliveries }: Collections,
  held: readonly Settlement[],
  now: number,
  call: string,
): Promise<Settlement[]> => {
  const operations = held.map((settlement) => ({
    updateOne: { filter: fence(settlement), update: outcome(settlement, now, call) },
  }))
  const { matchedCount } = await deliveries.bulkWrite(operations, { ordered: false })
  if (matchedCount === held.length) return [...held]
  // Somebody moved one of them on. Which ones are this call's is written in them.
  const ids = held.map(({ deliveryId }) => deliveryId)
  const found = deliveries.find({ _id: { $in: ids }, settledBy: call }).project<{ _id: string }>({ _id: 1 })
  const ours = new Set((await found.toArray()).map(({ _id }) => _id))
  return held.filter(({ deliveryId }) => ours.has(deliveryId))
}

const calls = new WeakMap<SettleInput, string>()

const callOf = (input: SettleInput): string => {
  const call = calls.get(input) ?? randomUUID()
  calls.set(input, call)
  return call
}

const fence = ({ deliveryId, subscriptionId, expectedAttemptCount }: Settlement) => ({
  _id: deliveryId,
  lane: subscriptionId,
  state: 0,
  attemptCount: expectedAttemptCount,
})

const outcome = (
  { status, reason, dueAt, scheduleStep, attempt }: Settlement,
  now: number,
  settledBy: string,
) => ({
  $set: {
    settledBy,
    state: STATES.indexOf(status),
    reason,
    dueAt,
    scheduleStep,
    ...(status === 'pending' ? { settledAt: null } : { settledAt: now, doneAt: new Date(now) }),
  },
  $inc: { attemptCount: 1 },
  $push: { attempts: { $each: [attempt], $slice: -MAX_ATTEMPTS_KEPT } },
})

const count = async (collections: Collections, applied: readonly Settlement[]): Promise<void> => {
  const operations = [...statsDeltas(applied)].flatMap(([id, { sent, failed, lastSentAt, lastError }]) => {
    const _id = toObjectId(collections, id)
    if (!_id) return []
    const $set = {
      ...(lastSentAt !== null && { 'stats.lastSentAt': new Date(lastSentAt) }),
      ...(lastError !== null && { 'stats.lastError': lastError }),
    }
    const $inc = { 'stats.totalSent': sent, 'stats.totalFailed': failed }
    return { updateOne: { filter: { _id }, update: { $inc, ...(Object.keys($set).length > 0 && { $set }) } } }
  })
  if (operations.length > 0) await collections.subscriptions.bulkWrite(operations, { ordered: false })
}
