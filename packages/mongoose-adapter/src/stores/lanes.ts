import type { LaneStore } from '@swigs/webhooks-dispatcher/storage-kit'
import type { DeliveryDocument } from '../documents.js'
import { guarded } from '../errors.js'
import { acquiring } from './acquire.js'
import { completeAll } from './complete.js'
import { CALLS_AT_A_TIME, foldMetrics } from './fold-metrics.js'
import type { StoreContext } from './context.js'
import { tokensOf } from './lane-tokens.js'
import { extension, lateReleaseOperations, releaseOperation, windowOperations } from './lane-writes.js'
import { readQueued, readUpTo } from './reading.js'
import { liftHolds, wakeLanes } from './wake-lanes.js'

export const mongoLanes = (context: StoreContext): LaneStore => {
  const { at, report } = context
  const acquire = acquiring(context)
  const read = (rows: readonly DeliveryDocument[]) => readQueued(rows, report)
  let calls = 0

  return {
    acquire: async (input) => guarded('lanes.acquire', () => acquire(input)),
    extend: async (input) =>
      guarded('lanes.extend', async () => {
        const { lanes: held } = input
        if (held.length === 0) return []
        const { lanes } = at()
        const windows = windowOperations(input)
        if (windows.length > 0) await lanes.bulkWrite(windows, { ordered: false })
        const plain = held.filter(({ window }) => window === undefined)
        if (plain.length > 0) {
          const ids = plain.map(({ subscriptionId }) => subscriptionId)
          const tokens = [...new Set(plain.map(({ token }) => token))]
          await lanes.updateMany({ _id: { $in: ids }, token: { $in: tokens } }, extension(input))
        }
        const holders = await tokensOf(
          lanes,
          held.map(({ subscriptionId }) => subscriptionId),
        )
        const kept = held.filter(({ subscriptionId, token }) => holders.get(subscriptionId) === token)
        return kept.map(({ subscriptionId }) => subscriptionId)
      }),
    release: async ({ now, lanes: given }) =>
      guarded('lanes.release', async () => {
        if (given.length === 0) return []
        const { lanes } = at()
        const operations = given.map((lane) => releaseOperation(lane, now))
        const { matchedCount } = await lanes.bulkWrite(operations, { ordered: false })
        if (matchedCount === given.length) return []
        // Those that are back already have no owner any more.
        const late = given.flatMap((lane) => lateReleaseOperations(lane, now))
        await lanes.bulkWrite(late, { ordered: true })
        const ids = given.filter(({ dueAt }) => dueAt > now).map(({ subscriptionId }) => subscriptionId)
        const woken = lanes.find({ _id: { $in: ids }, token: null, dueAt: { $lte: now } })
        return (await woken.project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id)
      }),
    upcoming: async ({ subscriptionId, limit }) =>
      guarded('lanes.upcoming', () =>
        readUpTo(limit, read, (skip, rows) =>
          at()
            .deliveries.find(
              { lane: String(subscriptionId), state: 0 },
              { projection: { attempts: 0, eventType: 0, siteId: 0 } },
            )
            .sort({ dueAt: 1, _id: 1 })
            .skip(skip)
            .limit(rows)
            .toArray(),
        ),
      ),
    complete: async (input) => {
      const left = await guarded('lanes.complete', () => completeAll(context, input))
      calls += 1
      // Should it fail, that is told of when metrics are rolled up, which folds them too.
      if (calls % CALLS_AT_A_TIME === 0) await foldMetrics(context).catch(() => undefined)
      return left
    },
    wake: async ({ subscriptionIds, now, lift = false }) =>
      guarded('lanes.wake', async () => {
        const ids = [...new Set(subscriptionIds.map(String))]
        if (ids.length === 0) return
        await wakeLanes(context, ids, now)
        if (lift) await liftHolds(context, ids)
      }),
    remove: async (subscriptionId) =>
      guarded('lanes.remove', async () => void (await at().lanes.deleteOne({ _id: String(subscriptionId) }))),
  }
}
