import { expect } from 'vitest'
import { NEVER } from '../../core/lane.js'
import type { ContractTest } from './harness.js'
import { LEASE_MS, sampleSubscription, seed, T0, take } from './samples.js'

const window = { ends: [T0 + 1, T0 + 2.5], reserved: 3 }
const rest = { availableAt: 0, window, strikes: 0, heldStrikes: 0 }

export const laneTests: readonly ContractTest[] = [
  {
    name: 'gives a due lane to one owner, with its window, and to nobody else while the lease runs',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const lane = await take(storage, subscription.id, T0, 'tok-a')
      expect(lane).toEqual({
        subscriptionId: subscription.id,
        token: 'tok-a',
        leaseUntil: T0 + LEASE_MS,
        wakeups: 1,
        window: { ends: [], reserved: 0 },
        strikes: 1,
        heldStrikes: 0,
      })
      const again = { token: 'tok-b', leaseUntil: T0 + 2 * LEASE_MS, limit: 9 }
      expect(await other.lanes.acquire({ ...again, now: T0 + LEASE_MS - 1 })).toEqual([])
      const [taken] = await other.lanes.acquire({ ...again, now: T0 + LEASE_MS })
      expect(taken).toMatchObject({ token: 'tok-b', strikes: 2 })
    },
  },
  {
    name: 'acquires the earliest due first, as many as asked for, and none that is not due',
    run: async (storage) => {
      const subscriptions = await Promise.all(
        [3, 1, 2, 50].map(() => storage.subscriptions.insert(sampleSubscription())),
      )
      const at = [3, 1, 2, 50]
      for (const [index, { id }] of subscriptions.entries())
        await storage.lanes.wake({ subscriptionId: id, now: T0 + (at[index] ?? 0) })
      const acquire = (limit: number) =>
        storage.lanes.acquire({ token: `t${limit}`, now: T0 + 10, leaseUntil: T0 + 99, limit })
      const first = await acquire(2)
      expect(first.map(({ subscriptionId }) => subscriptionId).sort()).toEqual(
        [subscriptions[1]?.id, subscriptions[2]?.id].sort(),
      )
      expect((await acquire(9)).map(({ subscriptionId }) => subscriptionId)).toEqual([subscriptions[0]?.id])
    },
  },
  {
    name: 'never has two owners, however many try at once',
    run: async (storage, other) => {
      const subscriptions = await Promise.all(
        Array.from({ length: 30 }, () => storage.subscriptions.insert(sampleSubscription())),
      )
      for (const { id } of subscriptions) await storage.lanes.wake({ subscriptionId: id, now: T0 })
      const ids = subscriptions.map(({ id }) => id)
      const claims = await Promise.all(
        Array.from({ length: 24 }, (_, index) =>
          (index % 2 ? storage : other).lanes.acquire({
            token: `claim-${index}`,
            now: T0,
            leaseUntil: T0 + LEASE_MS,
            limit: 7,
            affinity: index / 24,
            ...(index % 3 === 0 ? { subscriptionIds: ids } : {}),
          }),
        ),
      )
      const owned = claims.flat().map(({ subscriptionId }) => subscriptionId)
      expect(new Set(owned).size).toBe(owned.length)
      for (const lane of claims.flat())
        expect((await other.lanes.get(lane.subscriptionId))?.token).toBe(lane.token)
      // What nobody got in the crowd is there for the next.
      const left = await storage.lanes.acquire({
        token: 'last',
        now: T0 + 1_000,
        leaseUntil: T0 + LEASE_MS,
        limit: 99,
      })
      expect(owned.length + left.length).toBe(30)
    },
  },
  {
    name: 'extends the leases that are still held, windows included, and names those alone',
    run: async (storage, other) => {
      const [mine, lost] = [await seed(storage, 1), await seed(storage, 1)]
      const held = await take(storage, mine.subscription.id)
      const stale = await take(storage, lost.subscription.id)
      await take(other, lost.subscription.id, T0 + LEASE_MS)
      const kept = await storage.lanes.extend({
        leaseUntil: T0 + 100_000,
        lanes: [
          { subscriptionId: held.subscriptionId, token: held.token, window },
          { subscriptionId: stale.subscriptionId, token: stale.token, window },
          { subscriptionId: 'nobody', token: held.token },
        ],
      })
      expect(kept).toEqual([held.subscriptionId])
      expect(await other.lanes.get(held.subscriptionId)).toMatchObject({ leaseUntil: T0 + 100_000, window })
      expect(await other.lanes.get(stale.subscriptionId)).toMatchObject({ window: { ends: [], reserved: 0 } })
    },
  },
  {
    name: 'keeps a lease that has passed but that nobody took',
    run: async (storage) => {
      const { subscription } = await seed(storage, 1)
      const { subscriptionId, token } = await take(storage, subscription.id)
      expect(
        await storage.lanes.extend({ leaseUntil: T0 + 99_000, lanes: [{ subscriptionId, token }] }),
      ).toEqual([subscriptionId])
    },
  },
  {
    name: 'takes a lane back with its window, idle until the time its owner says',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const { subscriptionId, token, wakeups } = await take(storage, subscription.id)
      const lanes = [{ subscriptionId, token, wakeups, dueAt: T0 + 500, ...rest, strikes: 4, heldStrikes: 2 }]
      await storage.lanes.release({ now: T0 + 1, lanes })
      expect(await other.lanes.get(subscriptionId)).toMatchObject({
        token: null,
        leaseUntil: 0,
        dueAt: T0 + 500,
        window,
        strikes: 4,
        heldStrikes: 2,
      })
      expect(
        await other.lanes.acquire({ token: 'x', now: T0 + 499, leaseUntil: T0 + 999, limit: 9 }),
      ).toEqual([])
      expect(await take(other, subscriptionId, T0 + 500)).toMatchObject({
        window,
        strikes: 5,
        heldStrikes: 2,
      })
    },
  },
  {
    name: 'holds a lane back until availableAt, whatever wakes it',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const { subscriptionId, token, wakeups } = await take(storage, subscription.id)
      await storage.lanes.release({
        now: T0,
        lanes: [{ subscriptionId, token, wakeups, dueAt: T0, ...rest, availableAt: T0 + 700 }],
      })
      await other.lanes.wake({ subscriptionId, now: T0 + 1 })
      expect(
        await other.lanes.acquire({ token: 'x', now: T0 + 699, leaseUntil: T0 + 999, limit: 9 }),
      ).toEqual([])
      expect(await storage.lanes.nextDueAt()).toBe(T0 + 700)
      expect(await take(other, subscriptionId, T0 + 700)).toMatchObject({ subscriptionId })
    },
  },
  {
    name: 'leaves a lane due when a wake came that its owner has not seen',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const { subscriptionId, token, wakeups } = await take(storage, subscription.id)
      await other.lanes.wake({ subscriptionId, now: T0 + 3 })
      await storage.lanes.release({
        now: T0 + 5,
        lanes: [{ subscriptionId, token, wakeups, dueAt: NEVER, ...rest }],
      })
      expect(await other.lanes.get(subscriptionId)).toMatchObject({ token: null, wakeups: wakeups + 1 })
      expect((await other.lanes.get(subscriptionId))?.dueAt).toBeLessThanOrEqual(T0 + 5)
      expect(await take(other, subscriptionId, T0 + 5)).toMatchObject({ wakeups: wakeups + 1 })
    },
  },
  {
    name: 'ignores a release by an owner that lost the lane',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const { subscriptionId, token, wakeups } = await take(storage, subscription.id)
      const owner = await take(other, subscriptionId, T0 + LEASE_MS)
      await storage.lanes.release({
        now: T0 + LEASE_MS,
        lanes: [{ subscriptionId, token, wakeups, dueAt: NEVER, ...rest }],
      })
      expect(await other.lanes.get(subscriptionId)).toMatchObject({
        token: owner.token,
        dueAt: T0,
        window: { ends: [] },
      })
    },
  },
  {
    name: 'wakes at the earliest of all times, counts every wake, and makes a lane that is not there',
    run: async (storage, other) => {
      const { id } = await storage.subscriptions.insert(sampleSubscription())
      expect(await storage.lanes.get(id)).toBeNull()
      await Promise.all([
        storage.lanes.wake({ subscriptionId: id, now: T0 + 9 }),
        other.lanes.wake({ subscriptionId: id, now: T0 + 2.5 }),
        storage.lanes.wake({ subscriptionId: id, now: T0 + 5 }),
      ])
      expect(await other.lanes.get(id)).toMatchObject({ wakeups: 3 })
      expect((await other.lanes.get(id))?.dueAt).toBeCloseTo(T0 + 2.5, 0)
    },
  },
  {
    name: 'shows what is upcoming by due time and id, the future included, settled ones not',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 5)
      await storage.deliveries.cancel({ id: ids[1] ?? '', now: T0 })
      await storage.deliveries.resend({ id: ids[1] ?? '', now: T0 + 400 })
      await storage.deliveries.cancel({ id: ids[3] ?? '', now: T0 })
      const upcoming = await other.lanes.upcoming({ subscriptionId: subscription.id, limit: 9 })
      expect(upcoming.map(({ id }) => id)).toEqual([ids[0], ids[2], ids[4], ids[1]])
      expect(upcoming[3]).toMatchObject({
        dueAt: T0 + 400,
        attemptCount: 0,
        scheduleStep: 0,
        once: false,
        eventType: 'order.created',
      })
      expect(await other.lanes.upcoming({ subscriptionId: subscription.id, limit: 2 })).toHaveLength(2)
    },
  },
  {
    name: 'knows when there is next something to do',
    run: async (storage) => {
      expect(await storage.lanes.nextDueAt()).toBeNull()
      const { subscription } = await seed(storage, 1)
      expect(await storage.lanes.nextDueAt()).toBe(T0)
      const { subscriptionId, token, wakeups } = await take(storage, subscription.id)
      expect(await storage.lanes.nextDueAt()).toBe(T0 + LEASE_MS)
      await storage.lanes.release({
        now: T0,
        lanes: [{ subscriptionId, token, wakeups, dueAt: NEVER, ...rest }],
      })
      expect(await storage.lanes.nextDueAt()).toBeNull()
      await storage.lanes.remove(subscriptionId)
      expect(await storage.lanes.get(subscriptionId)).toBeNull()
    },
  },
]
