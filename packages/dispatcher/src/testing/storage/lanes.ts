import { expect } from 'vitest'
import type { ContractTest } from './harness.js'
import { insertSample, laneOf, LEASE_MS, seed, T0, take } from './samples.js'

const window = { ends: [T0 + 1, T0 + 2.5], reserved: 3 }

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
        leaseMs: LEASE_MS,
        wakeups: 1,
        lifts: 0,
        window: { ends: [], reserved: 0 },
        crashCount: 1,
        quarantinedAt: 0,
      })
      const again = { token: 'tok-b', leaseMs: LEASE_MS, limit: 9 }
      expect((await other.lanes.acquire({ ...again, now: T0 + LEASE_MS - 1 })).lanes).toEqual([])
      const taken = await other.lanes.acquire({ ...again, now: T0 + LEASE_MS })
      expect(taken.lanes[0]).toMatchObject({ token: 'tok-b', crashCount: 2 })
    },
  },
  {
    name: 'acquires the earliest due first, as many as asked for, and none that is not due',
    run: async (storage) => {
      const subscriptions = await Promise.all([3, 1, 2, 50].map(() => insertSample(storage)))
      const at = [3, 1, 2, 50]
      for (const [index, { id }] of subscriptions.entries())
        await storage.lanes.wake({ subscriptionIds: [id], now: T0 + (at[index] ?? 0) })
      const acquire = async (limit: number) =>
        (await storage.lanes.acquire({ token: `t${limit}`, now: T0 + 10, leaseMs: 89, limit })).lanes
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
      const subscriptions = await Promise.all(Array.from({ length: 30 }, () => insertSample(storage)))
      for (const { id } of subscriptions) await storage.lanes.wake({ subscriptionIds: [id], now: T0 })
      const ids = subscriptions.map(({ id }) => id)
      const claims = await Promise.all(
        Array.from({ length: 24 }, (_, index) =>
          (index % 2 ? storage : other).lanes.acquire({
            token: `claim-${index}`,
            now: T0,
            leaseMs: LEASE_MS,
            limit: 7,
            affinity: index / 24,
            ...(index % 3 === 0 ? { subscriptionIds: ids } : {}),
          }),
        ),
      )
      const owned = claims.flatMap(({ lanes }) => lanes).map(({ subscriptionId }) => subscriptionId)
      expect(new Set(owned).size).toBe(owned.length)
      for (const lane of claims.flatMap(({ lanes }) => lanes))
        expect((await laneOf(other, lane.subscriptionId))?.token).toBe(lane.token)
      // What nobody got in the crowd is there for the next.
      const left = await storage.lanes.acquire({
        token: 'last',
        now: T0 + 1_000,
        leaseMs: LEASE_MS,
        limit: 99,
      })
      expect(owned.length + left.lanes.length).toBe(30)
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
        now: T0 + 1_000,
        leaseMs: 99_000,
        lanes: [
          { subscriptionId: held.subscriptionId, token: held.token, window },
          { subscriptionId: stale.subscriptionId, token: stale.token, window },
          { subscriptionId: 'nobody', token: held.token },
        ],
      })
      expect(kept).toEqual([held.subscriptionId])
      expect(await laneOf(other, held.subscriptionId)).toMatchObject({
        leaseUntil: T0 + 100_000,
        leaseMs: 99_000,
        window,
      })
      expect(await laneOf(other, stale.subscriptionId)).toMatchObject({ window: { ends: [], reserved: 0 } })
    },
  },
  {
    name: 'keeps a lease that has passed but that nobody took',
    run: async (storage) => {
      const { subscription } = await seed(storage, 1)
      const { subscriptionId, token } = await take(storage, subscription.id)
      expect(
        await storage.lanes.extend({
          now: T0 + 90_000,
          leaseMs: LEASE_MS,
          lanes: [{ subscriptionId, token }],
        }),
      ).toEqual([subscriptionId])
    },
  },
  {
    name: 'answers the lanes that were asked for and could not be taken, as they are',
    run: async (storage, other) => {
      const [free, held] = [await seed(storage, 1), await seed(storage, 1)]
      const owner = await take(other, held.subscription.id)
      const acquired = await storage.lanes.acquire({
        token: 'x',
        now: T0 + 1,
        leaseMs: LEASE_MS,
        limit: 9,
        subscriptionIds: [free.subscription.id, held.subscription.id, 'nobody'],
      })
      expect(acquired.lanes.map(({ subscriptionId }) => subscriptionId)).toEqual([free.subscription.id])
      expect(acquired.others).toMatchObject([
        { subscriptionId: held.subscription.id, token: owner.token, dueAt: T0, hold: null },
      ])
    },
  },
  {
    name: 'answers what a call has won when it is made again under its token',
    run: async (storage) => {
      const { subscription } = await seed(storage, 1)
      const input = { token: 'again', now: T0, leaseMs: LEASE_MS, limit: 9 }
      const again = { ...input, subscriptionIds: [subscription.id] }
      const first = await storage.lanes.acquire(again)
      const second = await storage.lanes.acquire({ ...again })
      expect(second.lanes).toEqual(first.lanes)
      expect(second.lanes).toMatchObject([{ token: 'again', crashCount: 1 }])
    },
  },
]
