import { expect } from 'vitest'
import { newDelivery, type Delivery } from '../../core/delivery.js'
import { NEVER } from '../../core/lane.js'
import type { Storage } from '../../ports/storage.js'
import type { ContractTest } from './harness.js'
import { sampleEvent, sampleSettlement, seed, T0, take } from './samples.js'

/** Fails the given deliveries, each settled at its own instant. */
const fail = async (storage: Storage, subscriptionId: string, at: ReadonlyMap<string, number>) => {
  const lane = await take(storage, subscriptionId)
  for (const [id, now] of at) {
    const settlements = [
      sampleSettlement(lane, id, { status: 'failed', reason: 'rejected', scheduleStep: 4 }),
    ]
    await storage.lanes.settle({ now, settlements, progressed: [] })
  }
  const { token, wakeups } = lane
  const rest = { availableAt: 0, window: { ends: [], reserved: 0 }, strikes: 0, heldStrikes: 0 }
  await storage.lanes.release({ now: T0, lanes: [{ subscriptionId, token, wakeups, dueAt: NEVER, ...rest }] })
}

export const deliveryTests: readonly ContractTest[] = [
  {
    name: 'lists newest first by every filter, every one once, without what receivers answered',
    run: async (storage) => {
      const [one, two] = [
        await seed(storage, 5, { siteId: 's1' }),
        await seed(storage, 4, { type: 'order.paid' }),
      ]
      await fail(storage, one.subscription.id, new Map([[one.ids[2] ?? '', T0 + 1]]))
      const list = (query: object) => storage.deliveries.list({ after: null, limit: 99, ...query })
      const all = await list({})
      expect(all.map(({ id }) => id)).toEqual([...one.ids, ...two.ids].sort().reverse())
      const paged: Delivery[] = []
      for (let rows = all; rows.length > 0; paged.push(...rows)) {
        const last = paged.at(-1)
        rows = await storage.deliveries.list({
          after: last ? { at: last.createdAt, id: last.id } : null,
          limit: 4,
        })
      }
      expect(paged).toEqual(all)
      const count = async (query: object) => (await list(query)).length
      expect(await count({ subscriptionId: one.subscription.id })).toBe(5)
      expect(await count({ status: 'failed' })).toBe(1)
      expect(await count({ status: 'pending', type: 'order.paid' })).toBe(4)
      expect(await count({ siteId: 's1' })).toBe(5)
      expect(await count({ eventId: one.events[0]?.id })).toBe(1)
      expect(await count({ since: T0 + 1 })).toBe(0)
      expect(await count({ since: T0, until: T0 + 1 })).toBe(9)
      expect((await list({ status: 'failed' }))[0]?.attempts[0]?.responseBody).toBeNull()
    },
  },
  {
    name: 'makes a settled delivery pending again, its schedule at the start, and wakes its lane',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 2)
      const [failed = '', pending = ''] = ids
      await fail(storage, subscription.id, new Map([[failed, T0 + 5]]))
      const resent = await other.deliveries.resend({ id: failed, now: T0 + 50 })
      expect(resent).toMatchObject({
        status: 'pending',
        reason: null,
        dueAt: T0 + 50,
        scheduleStep: 0,
        attemptCount: 1,
        settledAt: null,
      })
      expect(await storage.deliveries.get(failed)).toEqual(resent)
      expect((await storage.lanes.get(subscription.id))?.dueAt).toBe(T0 + 50)
      expect(await storage.deliveries.resend({ id: pending, now: T0 + 60 })).toMatchObject({ dueAt: T0 })
    },
  },
  {
    name: 'cancels a pending delivery, and nothing else',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 2)
      const [failed = '', pending = ''] = ids
      await fail(storage, subscription.id, new Map([[failed, T0 + 5]]))
      expect(await storage.deliveries.cancel({ id: pending, now: T0 + 9 })).toMatchObject({
        status: 'cancelled',
        reason: 'cancelled',
        settledAt: T0 + 9,
      })
      expect(await storage.deliveries.cancel({ id: failed, now: T0 + 9 })).toMatchObject({
        status: 'failed',
        settledAt: T0 + 5,
      })
    },
  },
  {
    name: 'cancels what is pending for a subscription, some at a time',
    run: async (storage) => {
      const [gone, stays] = [await seed(storage, 5), await seed(storage, 1)]
      const cancel = () =>
        storage.deliveries.cancelPending({ subscriptionId: gone.subscription.id, now: T0, limit: 3 })
      expect([await cancel(), await cancel(), await cancel()]).toEqual([3, 2, 0])
      expect(await storage.deliveries.get(gone.ids[0] ?? '')).toMatchObject({
        status: 'cancelled',
        reason: 'subscription_removed',
      })
      expect(await storage.deliveries.get(stays.ids[0] ?? '')).toMatchObject({ status: 'pending' })
    },
  },
  {
    name: 'recovers what failed in a time, oldest first, some at a time, and never a test',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 5)
      const event = sampleEvent({ onlyFor: subscription.id })
      const test = newDelivery(event, subscription.id, T0)
      await storage.outbox.append({ events: [event], sweepAt: T0 })
      await storage.outbox.fanOut({ now: T0, eventIds: [event.id], deliveries: [test] })
      await fail(
        storage,
        subscription.id,
        new Map([
          ...ids.slice(0, 4).map((id, index) => [id, T0 + 10 * (4 - index)] as const),
          [test.id, T0 + 25],
        ]),
      )
      const span = { subscriptionId: subscription.id, since: T0 + 20, until: T0 + 41 }
      expect(await storage.deliveries.countFailed(span)).toBe(3)
      expect(await storage.deliveries.recover({ ...span, now: T0 + 100, limit: 2 })).toBe(2)
      expect((await storage.deliveries.get(ids[2] ?? ''))?.status).toBe('pending')
      expect((await storage.deliveries.get(ids[1] ?? ''))?.status).toBe('pending')
      expect((await storage.deliveries.get(ids[0] ?? ''))?.status).toBe('failed')
      expect(await storage.deliveries.recover({ ...span, now: T0 + 100, limit: 2 })).toBe(1)
      expect(await storage.deliveries.countFailed(span)).toBe(0)
      expect(await storage.deliveries.get(ids[0] ?? '')).toMatchObject({
        status: 'pending',
        dueAt: T0 + 100,
        scheduleStep: 0,
      })
      expect((await storage.deliveries.get(ids[3] ?? ''))?.status).toBe('failed')
      expect((await storage.deliveries.get(test.id))?.status).toBe('failed')
      expect((await storage.lanes.get(subscription.id))?.dueAt).toBe(T0 + 100)
    },
  },
  {
    name: 'counts by state',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 4)
      await storage.outbox.append({ events: [], sweepAt: T0 })
      await fail(storage, subscription.id, new Map([[ids[0] ?? '', T0 + 5]]))
      await storage.deliveries.cancel({ id: ids[1] ?? '', now: T0 })
      expect(await storage.upkeep.counts({ now: T0 })).toEqual({
        pendingEvents: 0,
        pending: 2,
        due: 2,
        oldestDueAt: T0,
        delivered: 0,
        failed: 1,
        cancelled: 1,
      })
      expect(await storage.upkeep.counts({ now: T0 - 1 })).toMatchObject({
        pending: 2,
        due: 0,
        oldestDueAt: null,
      })
    },
  },
  {
    name: 'prunes old events that are done, with their deliveries, and never what is pending',
    run: async (storage) => {
      const done = await seed(storage, 3)
      const busy = await seed(storage, 1)
      const young = await seed(storage, 1, { acceptedAt: T0 + 1_000 })
      for (const id of [...done.ids, ...young.ids]) await storage.deliveries.cancel({ id, now: T0 })
      const prune = () => storage.upkeep.prune({ before: T0 + 1, limit: 2 })
      expect([await prune(), await prune(), await prune()]).toEqual([2, 1, 0])
      expect(await storage.deliveries.get(done.ids[0] ?? '')).toBeNull()
      expect(await storage.outbox.get(done.events.map(({ id }) => id))).toEqual([])
      expect(await storage.deliveries.get(busy.ids[0] ?? '')).not.toBeNull()
      expect(await storage.outbox.get([...busy.events, ...young.events].map(({ id }) => id))).toHaveLength(2)
      expect(await storage.upkeep.counts({ now: T0 })).toMatchObject({ pending: 1, cancelled: 1 })
    },
  },
  {
    name: 'repairs a lane that sleeps past its work, and leaves paused, held and awake ones alone',
    run: async (storage) => {
      const [asleep, paused, owned, awake] = [
        await seed(storage, 1),
        await seed(storage, 1),
        await seed(storage, 1),
        await seed(storage, 1),
      ]
      for (const { subscription } of [asleep, paused]) await fail(storage, subscription.id, new Map())
      await storage.subscriptions.update({
        id: paused.subscription.id,
        patch: { isActive: false, inactiveReason: 'paused' },
        now: T0,
      })
      await take(storage, owned.subscription.id)
      expect(await storage.upkeep.repair({ now: T0 + 7 })).toBe(1)
      expect((await storage.lanes.get(asleep.subscription.id))?.dueAt).toBe(T0 + 7)
      expect((await storage.lanes.get(paused.subscription.id))?.dueAt).toBe(NEVER)
      expect((await storage.lanes.get(awake.subscription.id))?.wakeups).toBe(1)
      expect(await storage.upkeep.repair({ now: T0 + 8 })).toBe(0)
    },
  },
]
