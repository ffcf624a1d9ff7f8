import { expect } from 'vitest'
import { NEVER } from '../../core/lane.js'
import type { Storage } from '../../ports/storage/storage.js'
import type { ContractTest } from './harness.js'
import { insertSample, laneOf, LEASE_MS, released, seed, T0, take } from './samples.js'

const window = { ends: [T0 + 1, T0 + 2.5], reserved: 3 }
const hold = { reason: 'retry_after', cause: 'https://one.example/hooks', forMs: 700 } as const

const takeAnyAt = async (storage: Storage, now: number) =>
  (await storage.lanes.acquire({ token: `at${now}`, now, leaseMs: LEASE_MS, limit: 9 })).lanes

export const releaseTests: readonly ContractTest[] = [
  {
    name: 'takes a lane back with its window, idle until the time its owner says',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      const given = { dueAt: T0 + 500, window, crashCount: 4, quarantinedAt: 2 }
      await storage.lanes.release({ now: T0 + 1, lanes: [released(lane, given)] })
      expect(await laneOf(other, subscription.id)).toMatchObject({
        token: null,
        leaseUntil: 0,
        hold: null,
        ...given,
      })
      expect(await takeAnyAt(other, T0 + 499)).toEqual([])
      expect(await take(other, subscription.id, T0 + 500)).toMatchObject({
        window,
        crashCount: 5,
        quarantinedAt: 2,
      })
    },
  },
  {
    name: 'holds a lane back for as long as its owner says, whatever wakes it, and says why',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      await storage.lanes.release({ now: T0, lanes: [released(lane, { dueAt: T0, hold })] })
      await other.lanes.wake({ subscriptionIds: [subscription.id], now: T0 + 1 })
      expect(await laneOf(other, subscription.id)).toMatchObject({
        token: null,
        leaseUntil: T0 + 700,
        leaseMs: 700,
        hold,
      })
      expect(await takeAnyAt(other, T0 + 699)).toEqual([])
      expect((await storage.maintenance.counts({ now: T0 })).nextDueAt).toBe(T0 + 700)
      expect(await take(other, subscription.id, T0 + 700)).toMatchObject({ crashCount: 1 })
      expect(await laneOf(other, subscription.id)).toMatchObject({ hold: null })
    },
  },
  {
    name: 'lifts a hold at once, and forgets its crashes with it',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      const given = { dueAt: T0, hold, crashCount: 7, quarantinedAt: 7 }
      await storage.lanes.release({ now: T0, lanes: [released(lane, given)] })
      await other.lanes.wake({ subscriptionIds: [subscription.id], now: T0 + 1, lift: true })
      expect(await laneOf(other, subscription.id)).toMatchObject({ hold: null, leaseUntil: 0, lifts: 1 })
      expect(await take(storage, subscription.id, T0 + 2)).toMatchObject({ crashCount: 1, quarantinedAt: 0 })
    },
  },
  {
    name: 'lifts a hold that its owner is about to write, and leaves the owner its lease',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      await other.lanes.wake({ subscriptionIds: [subscription.id], now: T0 + 1, lift: true })
      expect(await laneOf(storage, subscription.id)).toMatchObject({
        token: lane.token,
        leaseUntil: T0 + LEASE_MS,
      })
      await storage.lanes.release({ now: T0 + 2, lanes: [released(lane, { dueAt: T0, hold, window })] })
      expect(await laneOf(storage, subscription.id)).toMatchObject({ hold: null, leaseUntil: 0, window })
      expect(await take(other, subscription.id, T0 + 2)).toMatchObject({ lifts: 1 })
    },
  },
  {
    name: 'leaves a lane due when a wake came that its owner has not seen',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      await other.lanes.wake({ subscriptionIds: [subscription.id], now: T0 + 3 })
      expect(await storage.lanes.release({ now: T0 + 5, lanes: [released(lane)] })).toEqual([subscription.id])
      const after = await laneOf(other, subscription.id)
      expect(after).toMatchObject({ token: null, wakeups: lane.wakeups + 1 })
      expect(after?.dueAt).toBeLessThanOrEqual(T0 + 5)
      expect(await take(other, subscription.id, T0 + 5)).toMatchObject({ wakeups: lane.wakeups + 1 })
    },
  },
  {
    name: 'answers of the lanes that it takes back those alone that were woken since',
    run: async (storage, other) => {
      const seeded = [
        await seed(storage, 1),
        await seed(storage, 1),
        await seed(storage, 1),
        await seed(storage, 1),
      ]
      const [seen = '', woken = '', lifted = '', lost = ''] = seeded.map(
        ({ subscription }) => subscription.id,
      )
      const lanes = []
      for (const id of [seen, woken, lifted, lost]) lanes.push(await take(storage, id))
      await other.lanes.wake({ subscriptionIds: [woken], now: T0 + 3 })
      await other.lanes.wake({ subscriptionIds: [lifted], now: T0 + 3, lift: true })
      await take(other, lost, T0 + LEASE_MS)
      await other.lanes.wake({ subscriptionIds: [lost], now: T0 + LEASE_MS })
      const given = lanes.map((lane) => released(lane, { hold: lane.subscriptionId === woken ? hold : null }))
      const answer = await storage.lanes.release({ now: T0 + LEASE_MS + 1, lanes: given })
      expect([...answer].sort()).toEqual([woken, lifted].sort())
    },
  },
  {
    name: 'ignores a release by an owner that lost the lane',
    run: async (storage, other) => {
      const { subscription } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      const owner = await take(other, subscription.id, T0 + LEASE_MS)
      await storage.lanes.release({ now: T0 + LEASE_MS, lanes: [released(lane, { window, hold })] })
      expect(await laneOf(other, subscription.id)).toMatchObject({
        token: owner.token,
        dueAt: T0,
        window: { ends: [] },
        hold: null,
      })
    },
  },
  {
    name: 'wakes at the earliest of all times, counts every wake, and makes lanes that are not there',
    run: async (storage, other) => {
      const [{ id }, second] = [await insertSample(storage), await insertSample(storage)]
      expect(await laneOf(storage, id)).toBeNull()
      await Promise.all([
        storage.lanes.wake({ subscriptionIds: [id, second.id], now: T0 + 9 }),
        other.lanes.wake({ subscriptionIds: [id], now: T0 + 2.5 }),
        storage.lanes.wake({ subscriptionIds: [id], now: T0 + 5 }),
      ])
      expect(await laneOf(other, id)).toMatchObject({ wakeups: 3, lifts: 0 })
      expect((await laneOf(other, id))?.dueAt).toBeCloseTo(T0 + 2.5, 0)
      expect(await laneOf(other, second.id)).toMatchObject({ wakeups: 1, dueAt: T0 + 9 })
    },
  },
  {
    name: 'shows what is upcoming by due time and id, the future included, settled ones not',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 5)
      const [, again = '', , gone = ''] = ids
      await storage.deliveries.cancel({ ids: [again, gone], reason: 'cancelled', now: T0 })
      await storage.deliveries.resend({ ids: [again], now: T0 + 400 })
      const upcoming = await other.lanes.upcoming({ subscriptionId: subscription.id, limit: 9 })
      expect(upcoming.map(({ id }) => id)).toEqual([ids[0], ids[2], ids[4], ids[1]])
      expect(upcoming[3]).toMatchObject({ dueAt: T0 + 400, attemptCount: 0, scheduleStep: 0, once: false })
      expect(await other.lanes.upcoming({ subscriptionId: subscription.id, limit: 2 })).toHaveLength(2)
    },
  },
  {
    name: 'knows when there is next something to do',
    run: async (storage) => {
      const next = async () => (await storage.maintenance.counts({ now: T0 })).nextDueAt
      expect(await next()).toBeNull()
      const { subscription } = await seed(storage, 1)
      expect(await next()).toBe(T0)
      const lane = await take(storage, subscription.id)
      expect(await next()).toBe(T0 + LEASE_MS)
      await storage.lanes.release({ now: T0, lanes: [released(lane, { dueAt: NEVER })] })
      expect(await next()).toBeNull()
      await storage.lanes.remove(subscription.id)
      expect(await laneOf(storage, subscription.id)).toBeNull()
    },
  },
]
