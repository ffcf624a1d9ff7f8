import { expect } from 'vitest'
import { retryingStorage } from '../../adapters/retrying-storage.js'
import { newDelivery, type Delivery } from '../../core/delivery.js'
import type { Storage } from '../../ports/storage/storage.js'
import type { ContractTest } from './harness.js'
import { complete, laneOf, released, sampleResult, seed, T0, take } from './samples.js'

/** Fails the given deliveries of a subscription at an instant, and gives its lane back idle. */
export const fail = async (
  storage: Storage,
  subscriptionId: string,
  ids: readonly string[],
  now = T0 + 5,
): Promise<void> => {
  const lane = await take(storage, subscriptionId)
  const failed = { status: 'failed', reason: 'rejected', scheduleStep: 4 } as const
  await complete(
    storage,
    ids.map((id) => sampleResult(lane, id, failed)),
    { now },
  )
  await storage.lanes.release({ now: T0, lanes: [released(lane)] })
}

export const deliveryTests: readonly ContractTest[] = [
  {
    name: 'lists newest first by every filter that it must serve, every one once, without what receivers answered',
    run: async (storage) => {
      const [one, two] = [await seed(storage, 5, { siteId: 's1' }), await seed(storage, 4)]
      await fail(storage, one.subscription.id, one.ids.slice(2, 3))
      await storage.deliveries.cancel({ ids: two.ids.slice(0, 1), reason: 'cancelled', now: T0 })
      const list = (query: object) => storage.deliveries.list({ after: null, limit: 99, ...query })
      const all = await list({})
      expect(all.map(({ id }) => id)).toEqual([...one.ids, ...two.ids].sort().reverse())
      const paged: Delivery[] = []
      for (let rows = all; rows.length > 0; paged.push(...rows)) {
        const last = paged.at(-1)
        const after = last ? { at: last.createdAt, id: last.id } : null
        rows = await storage.deliveries.list({ after, limit: 4 })
      }
      expect(paged).toEqual(all)
      const ids = async (query: object) => (await list(query)).map(({ id }) => id)
      const newest = (given: readonly string[]) => [...given].sort().reverse()
      expect(await ids({ subscriptionId: one.subscription.id })).toEqual(newest(one.ids))
      expect(await ids({ status: 'failed' })).toEqual([one.ids[2]])
      expect(await ids({ status: 'cancelled', subscriptionId: two.subscription.id })).toEqual([two.ids[0]])
      expect(await ids({ status: 'failed', subscriptionId: two.subscription.id })).toEqual([])
      expect(await ids({ status: 'pending' })).toHaveLength(7)
      expect(await ids({ status: 'delivered' })).toEqual([])
      expect(await ids({ eventId: one.events[0]?.id })).toEqual([one.ids[0]])
      expect(await ids({ since: T0 + 1 })).toEqual([])
      expect(await ids({ since: T0, until: T0 + 1 })).toHaveLength(9)
      const [failed] = await list({ status: 'failed' })
      expect(failed).toMatchObject({ eventType: 'order.created', siteId: 's1', attemptCount: 1 })
      expect(failed?.attempts.every(({ responseBody }) => responseBody === null)).toBe(true)
    },
  },
  {
    name: 'makes settled deliveries pending again, their schedule at the start, and wakes their lanes',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 3)
      const [failed = '', cancelled = ''] = ids
      await fail(storage, subscription.id, [failed])
      await storage.deliveries.cancel({ ids: [cancelled], reason: 'cancelled', now: T0 })
      await other.deliveries.resend({ ids: [failed, cancelled, 'dlv_nobody'], now: T0 + 50 })
      const again = { status: 'pending', reason: null, dueAt: T0 + 50, scheduleStep: 0, settledAt: null }
      expect(await storage.deliveries.get(failed)).toMatchObject({ ...again, attemptCount: 1 })
      expect(await storage.deliveries.get(cancelled)).toMatchObject({ ...again, attemptCount: 0 })
      expect((await storage.deliveries.get(failed))?.attempts).toHaveLength(1)
      expect((await laneOf(storage, subscription.id))?.dueAt).toBe(T0 + 50)
      expect(await storage.deliveries.list({ after: null, limit: 9 })).toHaveLength(3)
    },
  },
  {
    name: 'makes a pending delivery due at once, keeps its schedule, and wakes its lane when the call is repeated too',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 2)
      const [later = '', due = ''] = ids
      const lane = await take(storage, subscription.id)
      const retry = { status: 'pending', dueAt: T0 + 60_000, scheduleStep: 2 } as const
      await complete(storage, [sampleResult(lane, later, retry)])
      await storage.lanes.release({ now: T0, lanes: [released(lane)] })
      const input = { ids: [later, due], now: T0 + 9 }
      await storage.deliveries.resend(input)
      const { wakeups = 0 } = (await laneOf(storage, subscription.id)) ?? {}
      await storage.deliveries.resend({ ...input })
      expect(await storage.deliveries.get(later)).toMatchObject({
        dueAt: T0 + 9,
        scheduleStep: 2,
        attemptCount: 1,
      })
      expect(await storage.deliveries.get(due)).toMatchObject({ dueAt: T0, scheduleStep: 0 })
      const after = await laneOf(storage, subscription.id)
      expect(after?.dueAt).toBe(T0 + 9)
      expect(after?.wakeups).toBeGreaterThan(wakeups)
    },
  },
  {
    name: 'cancels pending deliveries, with the reason given, and nothing else',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 3)
      const [failed = '', pending = '', stays = ''] = ids
      await fail(storage, subscription.id, [failed])
      await storage.deliveries.cancel({ ids: [pending, failed], reason: 'subscription_removed', now: T0 + 9 })
      expect(await storage.deliveries.get(pending)).toMatchObject({
        status: 'cancelled',
        reason: 'subscription_removed',
        settledAt: T0 + 9,
      })
      expect(await storage.deliveries.get(failed)).toMatchObject({ status: 'failed', settledAt: T0 + 5 })
      expect(await storage.deliveries.get(stays)).toMatchObject({ status: 'pending', settledAt: null })
      expect(await storage.lanes.upcoming({ subscriptionId: subscription.id, limit: 9 })).toHaveLength(1)
    },
  },
  {
    name: 'fails what is given up as failed; it counts and is listed as that, and keeps no event',
    run: async (storage, other) => {
      const { subscription, events, ids } = await seed(storage, 2)
      const [expired = '', settled = ''] = ids
      await storage.deliveries.cancel({ ids: [settled], reason: 'cancelled', now: T0 + 1 })
      const input = { ids: [expired, settled], reason: 'expired', status: 'failed', now: T0 + 9 } as const
      await storage.deliveries.cancel(input)
      await storage.deliveries.cancel({ ...input, now: T0 + 10 })
      expect(await other.deliveries.get(expired)).toMatchObject({
        status: 'failed',
        reason: 'expired',
        settledAt: T0 + 9,
        attemptCount: 0,
        attempts: [],
      })
      expect(await other.deliveries.get(settled)).toMatchObject({ status: 'cancelled', settledAt: T0 + 1 })
      const query = { subscriptionId: subscription.id, status: 'failed', after: null, limit: 9 } as const
      expect((await storage.deliveries.list(query)).map(({ id }) => id)).toEqual([expired])
      expect(await storage.maintenance.counts({ now: T0 + 9 })).toMatchObject({
        pending: 0,
        failed: 1,
        cancelled: 1,
      })
      await storage.deliveries.resend({ ids: [expired], now: T0 + 20 })
      expect(await other.deliveries.get(expired)).toMatchObject({ status: 'pending', reason: null })
      await storage.deliveries.cancel({ ...input, now: T0 + 30 })
      expect(await storage.maintenance.prune({ before: T0 + 40, limit: 9 })).toBe(2)
      expect(await storage.events.get(events.map(({ id }) => id))).toEqual([])
    },
  },
  {
    name: 'keeps each once, and counts that add up, whatever is done with it at once',
    run: async (...storages) => {
      // Calls that wait for each other crosswise are refused for now, and made again.
      const [storage, other] = storages.map((each) => retryingStorage(each)) as [Storage, Storage]
      const { subscription, events, ids } = await seed(storage, 24)
      const lane = await take(storage, subscription.id)
      const deliveries = events.map((event) => newDelivery(event, subscription.id, T0))
      const eventIds = events.map(({ id }) => id)
      for (let round = 0; round < 3; round += 1) {
        const found = await Promise.all(ids.map((id) => storage.deliveries.get(id)))
        const results = found.flatMap((delivery, n) =>
          delivery?.status === 'pending'
            ? sampleResult(lane, delivery.id, {
                expectedAttemptCount: delivery.attemptCount,
                ...(n % 3 === 0 && { status: 'pending', dueAt: T0 + 1, reason: null }),
              })
            : [],
        )
        await Promise.all([
          complete(storage, results.slice(0, 12)),
          other.deliveries.cancel({ ids: ids.slice(6, 18), reason: 'cancelled', now: T0 }),
          other.events.fanOut({ now: T0, eventIds, deliveries }),
          storage.deliveries.resend({ ids: ids.slice(3, 21), now: T0 }),
          complete(other, results.slice(6)),
          storage.events.fanOut({ now: T0, eventIds, deliveries }),
          other.deliveries.resend({ ids: ids.slice(0, 12), now: T0 }),
        ])
        const listed = await storage.deliveries.list({ after: null, limit: 99 })
        expect(listed.map(({ id }) => id).sort()).toEqual([...ids].sort())
        const of = (status: string) => listed.filter((delivery) => delivery.status === status).length
        expect(await other.maintenance.counts({ now: T0 })).toMatchObject({
          pending: of('pending'),
          delivered: of('delivered'),
          cancelled: of('cancelled'),
          failed: 0,
        })
      }
      await storage.deliveries.cancel({ ids, reason: 'cancelled', now: T0 })
      expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({ pending: 0 })
    },
  },
]
