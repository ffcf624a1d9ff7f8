import { FULL_WINDOW, NEVER, type RepairInput } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Collections } from '../collections.js'
import type { LaneDocument } from '../documents.js'
import { toObjectId } from '../mapping/ids.js'
import { fromWindow, newLaneFields } from '../mapping/lane.js'
import type { StoreContext } from './context.js'
import { bringEventsBack, bringRetriesBack } from './bring-back.js'
import { readLanes } from './reading.js'
import { wakeLanes } from './wake-lanes.js'

/** Mends what should not happen; answers how many lanes it changed. */
export const repairAll = async (context: StoreContext, input: RepairInput): Promise<number> => {
  const { now } = input
  const repaired = new Set(await bringLeasesBack(context.at(), now))
  await bringEventsBack(context, input)
  await bringRetriesBack(context.at(), input)
  for (const id of await wakeSleepers(context, now)) repaired.add(id)
  return repaired.size
}

/** A lease or a hold that reaches further than it was written for. Of idle lanes it is nobody's loss until they are woken. */
const bringLeasesBack = async ({ lanes }: Collections, now: number): Promise<string[]> => {
  const held = await lanes
    .find({ dueAt: { $lt: NEVER }, leaseUntil: { $gt: now } })
    .project<Pick<LaneDocument, '_id' | 'leaseUntil' | 'leaseMs'>>({ leaseUntil: 1, leaseMs: 1 })
    .toArray()
  const far = held.filter(({ leaseUntil, leaseMs = leaseUntil }) => leaseUntil > now + leaseMs)
  if (far.length === 0) return []
  const operations = far.map(({ _id, leaseUntil, leaseMs }) => ({
    updateMany: { filter: { _id, leaseUntil }, update: { $set: { leaseUntil: now + Number(leaseMs) } } },
  }))
  await lanes.bulkWrite(operations, { ordered: false })
  return far.map(({ _id }) => _id)
}

/** Lanes that sleep past their earliest work, and those that nobody could take as they are. */
const wakeSleepers = async (context: StoreContext, now: number): Promise<string[]> => {
  const { at, report } = context
  const earliest = await earliestPending(at())
  const ids = earliest.map(({ _id }) => _id)
  const found = await at()
    .lanes.find({ _id: { $in: ids } })
    .toArray()
  const readable = new Map(readLanes(found, report).map((lane) => [lane.subscriptionId, lane]))
  const broken = found.map(({ _id }) => _id).filter((id) => !readable.has(id))
  for (const _id of broken) await makeAnew(at(), _id, now)
  const waiting = await waitingAmong(at(), ids)
  const asleep = earliest.filter(({ _id, dueAt }) => {
    const lane = readable.get(_id)
    const owned = lane !== undefined && lane.token !== null && lane.leaseUntil > now
    if (broken.includes(_id) || waiting.has(_id) || owned) return false
    return lane === undefined || lane.dueAt > Math.max(dueAt, now)
  })
  if (asleep.length === 0) return broken
  const sleepers = await withoutHelp(
    at(),
    asleep.map(({ _id }) => _id),
  )
  if (sleepers.length > 0) await wakeLanes(context, sleepers, now)
  return [...broken, ...sleepers]
}

/**
 * Whoever holds a lane that cannot be read loses it, and what it has sent in its window is not known: the next owner takes the
 * limit for used up.
 */
const makeAnew = async ({ lanes }: Collections, _id: string, now: number): Promise<void> => {
  const lane = { ...newLaneFields(_id), window: fromWindow(FULL_WINDOW), dueAt: now, wakeups: 1 }
  await lanes.replaceOne({ _id }, lane)
}

const earliestPending = async ({ deliveries }: Collections) =>
  deliveries
    .aggregate<{
      _id: string
      dueAt: number
    }>([{ $match: { state: 0 } }, { $group: { _id: '$lane', dueAt: { $min: '$dueAt' } } }])
    .toArray()

/**
 * Sleepers that nobody is about to wake. Between the looks an owner may have done all of it and gone to sleep: nothing is pending
 * any more. Or the latest event is not marked yet: whoever fans it out wakes the lane after the insert, or a sweep does.
 */
const withoutHelp = async (
  { deliveries, events }: Collections,
  ids: readonly string[],
): Promise<string[]> => {
  const pending = { $match: { state: 0, lane: { $in: [...ids] } } }
  const latest = await deliveries
    .aggregate<{
      _id: string
      eventId: string
    }>([pending, { $group: { _id: '$lane', eventId: { $max: '$eventId' } } }])
    .toArray()
  const eventIds = [...new Set(latest.map(({ eventId }) => eventId))]
  const found = events.find({ _id: { $in: eventIds }, state: 0 }).project<{ _id: string }>({ _id: 1 })
  const unmarked = new Set((await found.toArray()).map(({ _id }) => _id))
  return latest.filter(({ eventId }) => !unmarked.has(eventId)).map(({ _id }) => _id)
}

/** Those whose subscriptions wait on purpose. */
const waitingAmong = async (collections: Collections, ids: readonly string[]): Promise<Set<string>> => {
  const known = ids.flatMap((id) => toObjectId(collections, id) ?? [])
  const found = collections.subscriptions
    .find({ _id: { $in: known } })
    .project<{ _id: unknown; isActive?: boolean; pausedAt?: Date | null }>({ isActive: 1, pausedAt: 1 })
  const waiting = (await found.toArray()).filter(({ isActive, pausedAt }) => isActive === false || pausedAt)
  return new Set(waiting.map(({ _id }) => String(_id)))
}
