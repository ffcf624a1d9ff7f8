import { NEVER, type Maintenance, type StorageCounts } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Collections } from '../collections.js'
import { guarded } from '../errors.js'
import type { StoreContext } from './context.js'
import { pruneDone } from './prune.js'
import { repairAll } from './repair.js'

export const mongoMaintenance = (context: StoreContext): Maintenance => {
  const { at } = context
  return {
    counts: async ({ now }) => guarded('maintenance.counts', () => countsAt(at(), now)),
    prune: async ({ before, limit }) =>
      guarded('maintenance.prune', async () => {
        const old = at()
          .events.find({ state: 1, acceptedAt: { $lt: before } })
          .project<{ _id: string }>({ _id: 1 })
        await at().replays.deleteMany({ running: 0, createdAt: { $lt: before } })
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
    repair: async (input) => guarded('maintenance.repair', () => repairAll(context, input)),
  }
}

const countsAt = async (collections: Collections, now: number): Promise<StorageCounts> => {
  const { deliveries, events } = collections
  const state = (number: number) => deliveries.countDocuments({ state: number })
  const [all, pending, failed, cancelled, due, pendingEvents, nextDueAt] = await Promise.all([
    // Of the collection's own records. Counting the delivered ones would read an entry for each of them.
    deliveries.estimatedDocumentCount(),
    state(0),
    state(2),
    state(3),
    dueBy(collections, now),
    // A partial index is used only where its first field is asked for.
    events.countDocuments({ state: 0, sweepAt: { $gte: 0 } }),
    nextDue(collections),
  ])
  const delivered = Math.max(0, all - pending - failed - cancelled)
  return { pending, delivered, failed, cancelled, ...due, pendingEvents, nextDueAt }
}

const dueBy = async (
  { deliveries }: Collections,
  now: number,
): Promise<Pick<StorageCounts, 'due' | 'oldestDueAt'>> => {
  const [sum] = await deliveries
    .aggregate<{
      due: number
      oldest: number
    }>([
      { $match: { state: 0, dueAt: { $lte: now } } },
      { $group: { _id: null, due: { $sum: 1 }, oldest: { $min: '$dueAt' } } },
    ])
    .toArray()
  return { due: sum?.due ?? 0, oldestDueAt: sum?.oldest ?? null }
}

const nextDue = async ({ lanes }: Collections): Promise<number | null> => {
  const busy = lanes
    .find({ dueAt: { $lt: NEVER } })
    .project<{ dueAt: number; leaseUntil: number }>({ _id: 0, dueAt: 1, leaseUntil: 1 })
  let next = NEVER
  for await (const { dueAt, leaseUntil } of busy.sort({ dueAt: 1 })) {
    if (dueAt >= next) break
    // One that cannot be read is nobody's to take until it is made anew.
    if (typeof leaseUntil === 'number') next = Math.min(next, Math.max(dueAt, leaseUntil))
  }
  return next === NEVER ? null : next
}
