import type { Maintenance } from '@swigs/webhooks-dispatcher'
import type { Collections } from '../collections.js'
import { guarded } from '../errors.js'
import { toObjectId } from '../mapping.js'
import { wakeLanes } from './wake-lanes.js'

export const mongoMaintenance = (at: () => Collections): Maintenance => ({
  counts: async ({ now }) =>
    guarded('maintenance.counts', async () => {
      const { deliveries, events } = at()
      const dueNow = { state: 0, dueAt: { $lte: now } }
      const state = (number: number) => deliveries.countDocuments({ state: number })
      const [all, pending, failed, cancelled, due, pendingEvents, oldest] = await Promise.all([
        // Of the collection's own records. Counting the delivered ones would read an entry for each of them.
        deliveries.estimatedDocumentCount(),
        state(0),
        state(2),
        state(3),
        deliveries.countDocuments(dueNow),
        // A partial index is used only where its first field is asked for.
        events.countDocuments({ state: 0, visibleAt: { $gte: 0 } }),
        deliveries.find(dueNow).project<{ dueAt: number }>({ dueAt: 1 }).sort({ dueAt: 1 }).limit(1).next(),
      ])
      const delivered = Math.max(0, all - pending - failed - cancelled)
      return { pending, delivered, failed, cancelled, due, pendingEvents, oldestDueAt: oldest?.dueAt ?? null }
    }),
  prune: async ({ before, limit }) =>
    guarded('maintenance.prune', async () => {
      const old = at()
        .events.find({ state: 1, acceptedAt: { $lt: before } })
        .project<{ _id: string }>({ _id: 1 })
      let gone = 0
      let batch: string[] = []
      const pruneBatch = async () => {
        gone += await pruneDone(at(), batch, limit - gone)
        batch = []
      }
      for await (const { _id } of old.sort({ acceptedAt: 1, _id: 1 }).batchSize(limit)) {
        if (batch.push(_id) === limit) await pruneBatch()
        if (gone === limit) return gone
      }
      if (batch.length > 0) await pruneBatch()
      return gone
    }),
  repair: async ({ now }) =>
    guarded('maintenance.repair', async () => {
      const { lanes } = at()
      const first = await earliestPending(at())
      const ids = first.map(({ _id }) => _id)
      const found = await lanes.find({ _id: { $in: ids } }).toArray()
      const known = new Map(found.map((lane) => [lane._id, lane]))
      const paused = await pausedAmong(at(), ids)
      const asleep = first.filter(({ _id, dueAt }) => {
        const lane = known.get(_id)
        const sleeps = lane === undefined || lane.dueAt > Math.max(dueAt, now)
        return sleeps && !lane?.token && !paused.has(_id)
      })
      if (asleep.length === 0) return 0
      await wakeLanes(
        lanes,
        asleep.map(({ _id }) => _id),
        now,
      )
      return asleep.length
    }),
})

/** Deletes at most `limit` of these events, with their deliveries; those with pending ones stay whole. */
const pruneDone = async (
  { deliveries, events }: Collections,
  ids: readonly string[],
  limit: number,
): Promise<number> => {
  // Grouped: `distinct` is not in the Stable API, and a client that is strict about it has it refused.
  const idleAmong = async (some: readonly string[]) => {
    const pending = { $match: { eventId: { $in: [...some] }, state: 0 } }
    const found = deliveries.aggregate<{ _id: string }>([pending, { $group: { _id: '$eventId' } }])
    const busy = new Set((await found.toArray()).map(({ _id }) => _id))
    return some.filter((id) => !busy.has(id))
  }
  const done = (await idleAmong(ids)).slice(0, limit)
  if (done.length === 0) return 0
  await deliveries.deleteMany({ eventId: { $in: done }, state: { $in: [1, 2, 3] } })
  // Somebody may have resent one between the look and the deletion: its event stays, with it.
  const { deletedCount } = await events.deleteMany({ _id: { $in: await idleAmong(done) } })
  return deletedCount
}

const earliestPending = async ({ deliveries }: Collections) =>
  deliveries
    .aggregate<{
      _id: string
      dueAt: number
    }>([{ $match: { state: 0 } }, { $group: { _id: '$lane', dueAt: { $min: '$dueAt' } } }])
    .toArray()

/** Those whose subscriptions wait on purpose. */
const pausedAmong = async (collections: Collections, ids: readonly string[]): Promise<Set<string>> => {
  const known = ids.flatMap((id) => toObjectId(collections, id) ?? [])
  const found = collections.subscriptions.find({ _id: { $in: known }, isActive: false }).project({ _id: 1 })
  return new Set((await found.toArray()).map(({ _id }) => String(_id)))
}
