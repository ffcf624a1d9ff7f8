import { expect } from 'vitest'
import { newDelivery } from '../../core/delivery.js'
import { NEVER } from '../../core/lane.js'
import type { StoredEvent } from '../../core/event.js'
import type { ContractTest } from './harness.js'
import { sampleEvent, sampleSettlement, sampleSubscription, seed, T0, take } from './samples.js'

export const outboxTests: readonly ContractTest[] = [
  {
    name: 'keeps an event to the byte',
    run: async (storage, other) => {
      const data = {
        'a.b': 1,
        $set: { x: 1 },
        'nul\u0000': '\u0000',
        emoji: '💥',
        lone: '\ud800',
        __proto__x: 2,
        big: 'y'.repeat(200_000),
      }
      const event = sampleEvent({
        body: JSON.stringify({ id: 'evt_1', data }),
        siteId: 'site.$x',
        onlyFor: 'sub_x',
      })
      expect(await storage.outbox.append({ events: [event], sweepAt: T0 })).toEqual([true])
      expect(await other.outbox.get([event.id, event.id, 'evt_none'])).toEqual([event])
    },
  },
  {
    name: 'appends an id once, whoever brings it, and leaves what is there as it is',
    run: async (storage, other) => {
      const event = sampleEvent()
      const rival = { ...event, body: '{"rival":true}' }
      const answers = await Promise.all([
        storage.outbox.append({ events: [event, sampleEvent(), event], sweepAt: T0 }),
        other.outbox.append({ events: [rival], sweepAt: T0 }),
        storage.outbox.append({ events: [rival], sweepAt: T0 }),
      ])
      expect(answers[0]?.[1]).toBe(true)
      const claims = [answers[0]?.[0], answers[0]?.[2], answers[1]?.[0], answers[2]?.[0]]
      expect(claims.filter(Boolean).length).toBe(1)
      expect(await storage.outbox.append({ events: [rival], sweepAt: T0 })).toEqual([false])
      expect(await storage.outbox.get([event.id])).toHaveLength(1)
    },
  },
  {
    name: 'leaves an event alone until sweepAt, then hands it out oldest first until it is marked',
    run: async (storage, other) => {
      const [late, early] = [sampleEvent(), sampleEvent()]
      await storage.outbox.append({ events: [late], sweepAt: T0 + 10 })
      await storage.outbox.append({ events: [early], sweepAt: T0 + 5 })
      expect(await other.outbox.pendingEvents({ now: T0 + 4, limit: 9 })).toEqual([])
      expect(await other.outbox.pendingEvents({ now: T0 + 5, limit: 9 })).toEqual([early])
      expect(await other.outbox.pendingEvents({ now: T0 + 10, limit: 9 })).toEqual([early, late])
      expect(await other.outbox.pendingEvents({ now: T0 + 10, limit: 1 })).toEqual([early])
      await storage.outbox.fanOut({ now: T0, eventIds: [early.id], deliveries: [] })
      expect(await other.outbox.pendingEvents({ now: T0 + 10, limit: 9 })).toEqual([late])
    },
  },
  {
    name: 'fans out: deliveries pending, lanes woken, events marked',
    run: async (storage, other) => {
      const { subscription, events, ids } = await seed(storage, 2, { siteId: 's1' })
      expect(await other.deliveries.get(ids[0] ?? '')).toEqual({
        id: ids[0],
        eventId: events[0]?.id,
        eventType: 'order.created',
        siteId: 's1',
        subscriptionId: subscription.id,
        status: 'pending',
        reason: null,
        dueAt: T0,
        createdAt: T0,
        settledAt: null,
        attemptCount: 0,
        scheduleStep: 0,
        once: false,
        attempts: [],
      })
      expect(await other.lanes.get(subscription.id)).toMatchObject({
        dueAt: T0,
        wakeups: 1,
        token: null,
        strikes: 0,
      })
      expect(await other.outbox.pendingEvents({ now: NEVER, limit: 9 })).toEqual([])
    },
  },
  {
    name: 'can be fanned out again, in part or whole, without making anything twice or undoing what was settled',
    run: async (storage, other) => {
      const { subscription, events, ids } = await seed(storage, 3)
      const lane = await take(storage, subscription.id)
      await storage.lanes.settle({
        now: T0,
        settlements: [sampleSettlement(lane, ids[0] ?? '')],
        progressed: [],
      })
      const deliveries = events.map((event) => newDelivery(event, subscription.id, T0 + 99))
      await other.outbox.fanOut({ now: T0 + 99, eventIds: [], deliveries: deliveries.slice(0, 2) })
      await other.outbox.fanOut({ now: T0 + 99, eventIds: events.map(({ id }) => id), deliveries })
      expect(await storage.deliveries.get(ids[0] ?? '')).toMatchObject({
        status: 'delivered',
        attemptCount: 1,
      })
      expect(await storage.deliveries.get(ids[1] ?? '')).toMatchObject({
        status: 'pending',
        dueAt: T0,
        createdAt: T0,
      })
      expect(await storage.deliveries.list({ after: null, limit: 99 })).toHaveLength(3)
      expect((await storage.lanes.get(subscription.id))?.wakeups).toBe(3)
    },
  },
  {
    name: 'fans out the same events from two processes at once',
    run: async (storage, other) => {
      const subscriptions = await Promise.all(
        [1, 2, 3].map(() => storage.subscriptions.insert(sampleSubscription())),
      )
      const events = Array.from({ length: 20 }, () => sampleEvent())
      await storage.outbox.append({ events, sweepAt: T0 })
      const deliveries = events.flatMap((event) => subscriptions.map(({ id }) => newDelivery(event, id, T0)))
      const eventIds = events.map(({ id }) => id)
      await Promise.all(
        [storage, other, storage, other].map((each) => each.outbox.fanOut({ now: T0, eventIds, deliveries })),
      )
      expect((await storage.upkeep.counts({ now: T0 })).pending).toBe(60)
    },
  },
  {
    name: 'lists events newest first by type, site and time, every one once',
    run: async (storage) => {
      const events = Array.from({ length: 9 }, (_, index) =>
        sampleEvent({
          acceptedAt: T0 + (index >> 1),
          type: index % 3 ? 'order.created' : 'order.paid',
          siteId: index % 2 ? 's1' : null,
        }),
      )
      await storage.outbox.append({ events, sweepAt: T0 })
      const expected = [...events].sort((a, b) => b.acceptedAt - a.acceptedAt || (a.id < b.id ? 1 : -1))
      const listed: StoredEvent[] = []
      for (let rows = [expected[0] as StoredEvent]; rows.length > 0; listed.push(...rows)) {
        const last = listed.at(-1)
        rows = await storage.outbox.list({
          after: last ? { at: last.acceptedAt, id: last.id } : null,
          limit: 4,
        })
      }
      expect(listed).toEqual(expected)
      const list = (query: object) => storage.outbox.list({ after: null, limit: 99, ...query })
      expect(await list({ type: 'order.paid' })).toEqual(expected.filter(({ type }) => type === 'order.paid'))
      expect(await list({ siteId: 's1' })).toEqual(expected.filter(({ siteId }) => siteId === 's1'))
      expect(await list({ since: T0 + 1, until: T0 + 3 })).toEqual(
        expected.filter(({ acceptedAt }) => acceptedAt >= T0 + 1 && acceptedAt < T0 + 3),
      )
    },
  },
]
