import { attemptsOf, deliveriesOf } from '../attempt-ids.js'
import type { Collections } from '../collections.js'

/** Events looked at in one command: each is a range of ids. */
const RANGES = 100

/**
 * Deletes at most `limit` of these events, with their deliveries and attempts; those with pending deliveries stay whole. What
 * belongs to an event is found by the event's id: an attempt that a crash has left behind too, and those of deliveries that
 * MongoDB's TTL has taken.
 */
export const pruneDone = async (
  collections: Collections,
  ids: readonly string[],
  limit: number,
): Promise<number> => {
  const { deliveries, attempts, events } = collections
  const done = (await idleAmong(collections, ids)).slice(0, limit)
  if (done.length === 0) return 0
  const settled = done.map((eventId) => ({ _id: deliveriesOf(eventId), eventId, state: { $in: [1, 2, 3] } }))
  await deliveries.bulkWrite(
    settled.map((filter) => ({ deleteMany: { filter } })),
    { ordered: false },
  )
  // Somebody may have resent one between the look and the deletion: its event stays, with it.
  const idle = await idleAmong(collections, done)
  if (idle.length === 0) return 0
  const ranges = idle.map((eventId) => ({ deleteMany: { filter: { _id: attemptsOf(eventId) } } }))
  await attempts.bulkWrite(ranges, { ordered: false })
  return (await events.deleteMany({ _id: { $in: idle } })).deletedCount
}

/** Those without a pending delivery. */
const idleAmong = async ({ deliveries }: Collections, ids: readonly string[]): Promise<string[]> => {
  const idle: string[] = []
  for (let from = 0; from < ids.length; from += RANGES) {
    const some = ids.slice(from, from + RANGES)
    const $or = some.map((eventId) => ({ _id: deliveriesOf(eventId), eventId, state: 0 }))
    const found = deliveries.find({ $or }).hint({ _id: 1 }).project<{ eventId: string }>({ eventId: 1 })
    const busy = new Set((await found.toArray()).map(({ eventId }) => eventId))
    idle.push(...some.filter((id) => !busy.has(id)))
  }
  return idle
}
