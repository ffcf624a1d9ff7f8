import { expect } from 'vitest'
import { newDelivery } from '../../core/delivery.js'
import { NEVER } from '../../core/lane.js'
import { fail } from './deliveries.js'
import type { ContractTest } from './harness.js'
import {
  append,
  complete,
  insertSample,
  laneOf,
  LEASE_MS,
  released,
  sampleEvent,
  sampleResult,
  seed,
  T0,
  take,
} from './samples.js'

const FAR = T0 + 3_600_000

export const maintenanceTests: readonly ContractTest[] = [
  {
    name: 'counts by state',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 5)
      await append(storage, [sampleEvent()], T0 + 1_000)
      await fail(storage, subscription.id, ids.slice(0, 1))
      await storage.deliveries.cancel({ ids: ids.slice(1, 2), reason: 'cancelled', now: T0 })
      await storage.lanes.wake({ subscriptionIds: [subscription.id], now: T0 })
      const lane = await take(storage, subscription.id)
      await complete(storage, [sampleResult(lane, ids[2] ?? '')])
      expect(await storage.maintenance.counts({ now: T0 })).toEqual({
        pendingEvents: 1,
        pending: 2,
        due: 2,
        oldestDueAt: T0,
        nextDueAt: T0 + LEASE_MS,
        delivered: 1,
        failed: 1,
        cancelled: 1,
      })
      expect(await storage.maintenance.counts({ now: T0 - 1 })).toMatchObject({
        pending: 2,
        due: 0,
        oldestDueAt: null,
      })
      await storage.deliveries.resend({ ids: ids.slice(0, 3), now: T0 })
      expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({
        pending: 5,
        delivered: 0,
        failed: 0,
        cancelled: 0,
      })
    },
  },
  {
    name: 'prunes old events that are done, with their deliveries, and never what is pending',
    run: async (storage) => {
      const done = await seed(storage, 3)
      const busy = await seed(storage, 1)
      const young = await seed(storage, 1, { acceptedAt: T0 + 1_000 })
      await append(storage, [sampleEvent()], T0 + 1_000)
      await storage.deliveries.cancel({ ids: [...done.ids, ...young.ids], reason: 'cancelled', now: T0 })
      const prune = () => storage.maintenance.prune({ before: T0 + 1, limit: 2 })
      expect([await prune(), await prune(), await prune()]).toEqual([2, 1, 0])
      expect(await storage.deliveries.get(done.ids[0] ?? '')).toBeNull()
      expect(await storage.events.get(done.events.map(({ id }) => id))).toEqual([])
      expect(await storage.deliveries.get(busy.ids[0] ?? '')).not.toBeNull()
      expect(await storage.events.get([...busy.events, ...young.events].map(({ id }) => id))).toHaveLength(2)
      expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({
        pending: 1,
        cancelled: 1,
        pendingEvents: 1,
      })
    },
  },
  {
    name: 'wakes lanes that sleep past their work; those paused, off, held and awake sleep on purpose',
    run: async (storage) => {
      const [asleep, off, paused, owned, awake] = await Promise.all(
        [1, 1, 1, 1, 1].map(() => seed(storage, 1)),
      )
      if (!asleep || !off || !paused || !owned || !awake) throw new Error('unreachable')
      for (const { subscription } of [asleep, off, paused]) await fail(storage, subscription.id, [])
      const change = (id: string, patch: object) => storage.subscriptions.update({ id, patch, now: T0 })
      await change(off.subscription.id, { isActive: false, inactiveReason: 'paused' })
      await change(paused.subscription.id, { pausedAt: T0 })
      await take(storage, owned.subscription.id)
      const repair = (now: number) =>
        storage.maintenance.repair({ now, latestDueAt: FAR, latestVisibleAt: FAR })
      expect(await repair(T0 + 7)).toBe(1)
      expect((await laneOf(storage, asleep.subscription.id))?.dueAt).toBe(T0 + 7)
      expect((await laneOf(storage, off.subscription.id))?.dueAt).toBe(NEVER)
      expect((await laneOf(storage, paused.subscription.id))?.dueAt).toBe(NEVER)
      expect((await laneOf(storage, awake.subscription.id))?.wakeups).toBe(1)
      expect(await repair(T0 + 8)).toBe(0)
    },
  },
  {
    name: 'brings a lease and a hold back that reach further than they were written for',
    run: async (storage) => {
      const [owned, held, sound] = [await seed(storage, 1), await seed(storage, 1), await seed(storage, 1)]
      await take(storage, owned.subscription.id, FAR)
      await take(storage, sound.subscription.id)
      const lane = await take(storage, held.subscription.id)
      const hold = { reason: 'rate_limit', cause: '1/60000', forMs: 60_000 } as const
      await storage.lanes.release({ now: FAR, lanes: [released(lane, { dueAt: T0, hold })] })
      expect(await storage.maintenance.repair({ now: T0 + 10, latestDueAt: FAR, latestVisibleAt: FAR })).toBe(
        2,
      )
      expect((await laneOf(storage, owned.subscription.id))?.leaseUntil).toBe(T0 + 10 + LEASE_MS)
      expect(await laneOf(storage, held.subscription.id)).toMatchObject({ leaseUntil: T0 + 60_010, hold })
      expect((await laneOf(storage, sound.subscription.id))?.leaseUntil).toBe(T0 + LEASE_MS)
    },
  },
  {
    name: 'brings a retry back that is due later than any can be, and its lane with it',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      const retry = { status: 'pending', dueAt: FAR } as const
      await complete(storage, [sampleResult(lane, ids[0] ?? '', retry)])
      await storage.lanes.release({ now: T0, lanes: [released(lane, { dueAt: FAR })] })
      expect(
        await storage.maintenance.repair({ now: T0 + 10, latestDueAt: T0 + 5_000, latestVisibleAt: FAR }),
      ).toBe(1)
      expect((await storage.deliveries.get(ids[0] ?? ''))?.dueAt).toBe(T0 + 5_000)
      expect((await laneOf(storage, subscription.id))?.dueAt).toBeLessThanOrEqual(T0 + 5_000)
      expect(
        await storage.maintenance.repair({ now: T0 + 11, latestDueAt: T0 + 5_001, latestVisibleAt: FAR }),
      ).toBe(0)
    },
  },
  {
    name: 'brings back what a clock that was ahead has put off: a retry to its own delay, an event to the next sweep',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 2)
      const lane = await take(storage, subscription.id)
      const [ahead = '', sound = ''] = ids
      const retryIn5s = (id: string, now: number) =>
        complete(storage, [sampleResult(lane, id, { status: 'pending', dueAt: now + 5_000 })], { now })
      await retryIn5s(ahead, FAR)
      await retryIn5s(sound, T0)
      await storage.lanes.release({ now: T0, lanes: [released(lane, { dueAt: T0 + 5_000 })] })
      const event = sampleEvent()
      await append(storage, [event], FAR + 5_000)
      const ofLater = sampleEvent({ acceptedAt: FAR })
      await append(storage, [ofLater], T0 + 1_900)
      const bounds = { latestDueAt: FAR + 10_000, latestVisibleAt: T0 + 2_000 }
      await storage.maintenance.repair({ now: T0 + 1_000, ...bounds })
      expect((await storage.deliveries.get(ahead))?.dueAt).toBe(T0 + 6_000)
      expect((await storage.deliveries.get(sound))?.dueAt).toBe(T0 + 5_000)
      expect(await storage.events.unfanned({ now: T0 + 1_000, limit: 9 })).toEqual([ofLater])
      await storage.events.fanOut({ now: T0 + 1_000, eventIds: [ofLater.id], deliveries: [] })
      expect(await storage.events.unfanned({ now: T0 + 2_000, limit: 9 })).toEqual([event])
      await storage.maintenance.repair({ now: T0 + 1_500, ...bounds })
      expect((await storage.deliveries.get(ahead))?.dueAt).toBe(T0 + 6_000)
    },
  },
  {
    name: 'wakes a lane that a dead owner has left, and that is due by a clock that was ahead',
    run: async (storage) => {
      const subscription = await insertSample(storage)
      const event = sampleEvent()
      await append(storage, [event])
      const deliveries = [newDelivery(event, subscription.id, FAR)]
      await storage.events.fanOut({ now: FAR, eventIds: [event.id], deliveries })
      await take(storage, subscription.id, FAR)
      const repair = (now: number) =>
        storage.maintenance.repair({ now, latestDueAt: FAR + 60_000, latestVisibleAt: FAR })
      await repair(T0)
      // Its lease, brought back, runs once more: whoever has it may live.
      expect((await laneOf(storage, subscription.id))?.wakeups).toBe(1)
      await repair(T0 + LEASE_MS)
      expect(await take(storage, subscription.id, T0 + LEASE_MS)).toMatchObject({ crashCount: 2 })
      const upcoming = await storage.lanes.upcoming({ subscriptionId: subscription.id, limit: 9 })
      expect(upcoming[0]?.dueAt).toBeLessThanOrEqual(T0 + LEASE_MS)
    },
  },
]
