import type { mongo } from 'mongoose'
import type { LaneDocument } from '../documents.js'
import { duplicatesOf } from '../errors.js'
import { newLaneFields } from '../mapping/lane.js'
import type { StoreContext } from './context.js'
import { halving } from './halving.js'

type Lanes = mongo.Collection<LaneDocument>

/**
 * `dueAt = min(dueAt, now)`, `wakeups + 1`, and lanes that are not there are made. One whose fields cannot be counted in is
 * reported and left asleep: `repair` makes it anew.
 */
export const wakeLanes = async (
  { at, report }: Pick<StoreContext, 'at' | 'report'>,
  subscriptionIds: readonly string[],
  now: number,
): Promise<void> => {
  const { lanes } = at()
  await halving(
    subscriptionIds,
    async (ids) => {
      await wake(lanes, ids, now)
      return []
    },
    (id) => report.malformed({ noun: 'lane', id, problem: 'a field that counts is not a number' }),
  )
}

/** One update where all are there, as nearly always. */
const wake = async (lanes: Lanes, ids: readonly string[], now: number): Promise<void> => {
  const change = { $min: { dueAt: now }, $inc: { wakeups: 1 } }
  const wakeAll = async (some: readonly string[]) =>
    (await lanes.updateMany({ _id: { $in: [...some] } }, change)).matchedCount
  const woken = await wakeAll(ids)
  if (woken === ids.length) return
  const found = lanes.find({ _id: { $in: [...ids] } }).project<{ _id: string }>({ _id: 1 })
  const known = (await found.toArray()).map(({ _id }) => _id)
  // Somebody made one in between: which one is not known, and once too often does no harm.
  if (known.length > woken) await wakeAll(known)
  const missing = ids.filter((id) => !known.includes(id))
  if (missing.length === 0) return
  const operations = missing.map((_id) => ({
    updateOne: { filter: { _id }, update: { ...change, $setOnInsert: newLaneFields(_id) }, upsert: true },
  }))
  // Two that make the same lane at once: one of them meets a duplicate, and finds the lane there.
  const made = lanes.bulkWrite(operations, { ordered: false })
  const lost = await made.then(() => new Set<number>(), duplicatesOf)
  if (lost.size > 0) await wakeAll(missing.filter((_id, index) => lost.has(index)))
}

/**
 * Ends holds, also those that owners are about to write. In this order: a release between the two has the lift to see. What an
 * owner has leased stays leased.
 */
export const liftHolds = async ({ at }: Pick<StoreContext, 'at'>, ids: readonly string[]): Promise<void> => {
  const { lanes } = at()
  const those = { _id: { $in: [...ids] } }
  await lanes.updateMany(those, { $inc: { lifts: 1 }, $set: { strikes: 0, heldStrikes: 0 } })
  await lanes.updateMany({ ...those, token: null }, { $set: { leaseUntil: 0, leaseMs: 0, hold: null } })
}
