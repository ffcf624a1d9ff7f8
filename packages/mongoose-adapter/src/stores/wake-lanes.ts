import type { mongo } from 'mongoose'
import type { LaneDocument } from '../documents.js'
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
  for (const id of subscriptionIds) {
    if (known.has(id)) continue
    const make = () =>
      lanes.updateOne({ _id: id }, { ...wake, $setOnInsert: newLaneFields(id) }, { upsert: true })
    // Two that make the same lane at once: one of them meets a duplicate, and finds the lane there.
    await make().catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 11000) throw error
      return make()
    })
  }
}
