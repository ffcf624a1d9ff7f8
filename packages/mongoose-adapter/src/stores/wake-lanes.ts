import type { mongo } from 'mongoose'
import type { LaneDocument } from '../documents.js'
import { duplicatesOf } from '../errors.js'
import { newLaneFields } from '../mapping.js'

/** `dueAt = min(dueAt, now)`, `wakeups + 1`: one update for those that are there, an upsert for each that is not. */
export const wakeLanes = async (
  lanes: mongo.Collection<LaneDocument>,
  subscriptionIds: readonly string[],
  now: number,
): Promise<void> => {
  const wake = { $min: { dueAt: now }, $inc: { wakeups: 1 } }
  const found = lanes.find({ _id: { $in: [...subscriptionIds] } }).project<{ _id: string }>({ _id: 1 })
  const known = new Set((await found.toArray()).map(({ _id }) => _id))
  if (known.size > 0) await lanes.updateMany({ _id: { $in: [...known] } }, wake)
  const missing = subscriptionIds.filter((id) => !known.has(id))
  if (missing.length === 0) return
  const operations = missing.map((_id) => ({
    updateOne: { filter: { _id }, update: { ...wake, $setOnInsert: newLaneFields(_id) }, upsert: true },
  }))
  // Two that make the same lane at once: one of them meets a duplicate, and finds the lane there.
  const made = lanes.bulkWrite(operations, { ordered: false })
  const lost = await made.then(() => new Set<number>(), duplicatesOf)
  if (lost.size > 0)
    await lanes.updateMany({ _id: { $in: missing.filter((_id, index) => lost.has(index)) } }, wake)
}
