import { expect } from 'vitest'
import { newDelivery } from '../../core/delivery.js'
import { NEVER } from '../../core/lane.js'
import type { StoredEvent } from '../../core/event.js'
import type { ContractTest } from './harness.js'
import {
  append,
  complete,
  insertSample,
  laneOf,
  sampleEvent,
  sampleResult,
  seed,
  T0,
  take,
} from './samples.js'

export const eventTests: readonly ContractTest[] = [
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
        target: 'sub_x',
      })
      expect(await append(storage, [event])).toEqual([true])
      expect(await other.events.get([event.id, event.id, 'evt_none'])).toEqual([event])
    },
  },
  {
    name: 'keeps an event’s trace beside it, and none where there is none',
    run: async (storage, other) => {
      const trace = `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 vendor=${'t'.repeat(512)}`
      const [traced, untraced] = [sampleEvent({ trace }), sampleEvent({ trace: null })]
      const { trace: _none, ...without } = sampleEvent()
      await append(storage, [traced, untraced, without])
      const found = new Map((await other.events.unfanned({ now: T0, limit: 9 })).map((one) => [one.id, one]))
      expect(found.get(traced.id)).toEqual(traced)
      expect(found.get(untraced.id)?.trace ?? null).toBe(null)
      expect(found.get(without.id)?.trace ?? null).toBe(null)
      expect(await other.events.list({ after: null, limit: 9 })).toContainEqual(traced)
    },
  },
  {
    name: 'appends an id once, whoever brings it, and leaves what is there as it is',
    run: async (storage, other) => {
      const event = sampleEvent()
      const rival = { ...event, body: '{"rival":true}' }
      const answers = await Promise.all([
        append(storage, [event, sampleEvent(), event]),
        append(other, [rival]),
        append(storage, [rival]),
      ])
      expect(answers[0]?.[1]).toBe(true)
      const claims = [answers[0]?.[0], answers[0]?.[2], answers[1]?.[0], answers[2]?.[0]]
      expect(claims.filter(Boolean).length).toBe(1)
      expect(await append(storage, [rival])).toEqual([false])
      expect(await storage.events.get([event.id])).toHaveLength(1)
    },
  },
  {
    name: 'knows its own call by its callId when it is made again, and tells a rival that it is late',
    run: async (storage, other) => {
      const events = [sampleEvent(), sampleEvent()]
      const input = { callId: 'call-made-twice', events, visibleAt: T0 }
      expect(await storage.events.append(input)).toEqual([true, true])
      expect(await storage.events.append({ ...input })).toEqual([true, true])
      expect(await append(other, events)).toEqual([false, false])
    },
  },
  {
    name: 'leaves an event alone until visibleAt, then hands it out oldest first until it is marked',
    run: async (storage, other) => {
      const [late, early] = [sampleEvent(), sampleEvent()]
      await append(storage, [late], T0 + 10)
      await append(storage, [early], T0 + 5)
      expect(await other.events.unfanned({ now: T0 + 4, limit: 9 })).toEqual([])
      expect(await other.events.unfanned({ now: T0 + 5, limit: 9 })).toEqual([early])
      expect(await other.events.unfanned({ now: T0 + 10, limit: 9 })).toEqual([early, late])
      expect(await other.events.unfanned({ now: T0 + 10, limit: 1 })).toEqual([early])
      await storage.events.fanOut({ now: T0, eventIds: [early.id], deliveries: [] })
      expect(await other.events.unfanned({ now: T0 + 10, limit: 9 })).toEqual([late])
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
      expect(await laneOf(other, subscription.id)).toMatchObject({
        dueAt: T0,
        wakeups: 1,
        token: null,
        crashCount: 0,
      })
      expect(await other.events.unfanned({ now: NEVER, limit: 9 })).toEqual([])
    },
  },
  {
    name: 'can be fanned out again, in part or whole, without making anything twice or undoing what was settled',
    run: async (storage, other) => {
      const { subscription, events, ids } = await seed(storage, 3)
      const lane = await take(storage, subscription.id)
      await complete(storage, [sampleResult(lane, ids[0] ?? '')])
      const deliveries = events.map((event) => newDelivery(event, subscription.id, T0 + 99))
      await other.events.fanOut({ now: T0 + 99, eventIds: [], deliveries: deliveries.slice(0, 2) })
      await other.events.fanOut({ now: T0 + 99, eventIds: events.map(({ id }) => id), deliveries })
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
      expect((await laneOf(storage, subscription.id))?.wakeups).toBe(3)
    },
  },
  {
    name: 'fans out the same events from two processes at once',
    run: async (storage, other) => {
      const subscriptions = await Promise.all([1, 2, 3].map(() => insertSample(storage)))
      const events = Array.from({ length: 20 }, () => sampleEvent())
      await append(storage, events)
      const deliveries = events.flatMap((event) => subscriptions.map(({ id }) => newDelivery(event, id, T0)))
      const eventIds = events.map(({ id }) => id)
      await Promise.all(
        [storage, other, storage, other].map((each) => each.events.fanOut({ now: T0, eventIds, deliveries })),
      )
      expect((await storage.maintenance.counts({ now: T0 })).pending).toBe(60)
    },
  },
  {
    name: 'makes nothing a second time that settles while a rival fans it out again',
    run: async (storage, other) => {
      const { subscription, events, ids } = await seed(storage, 60)
      const lane = await take(storage, subscription.id)
      const deliveries = events.map((event) => newDelivery(event, subscription.id, T0))
      // Some at a time, so that fan-outs meet calls that settle at each of their steps.
      for (let at = 0; at < ids.length; at += 6) {
        const some = deliveries.slice(at, at + 6)
        const again = () =>
          other.events.fanOut({ now: T0, eventIds: some.map(({ eventId }) => eventId), deliveries: some })
        const [first = '', ...rest] = some.map(({ id }) => id)
        await Promise.all([
          again(),
          complete(
            storage,
            rest.map((id) => sampleResult(lane, id)),
          ),
          again(),
          other.deliveries.cancel({ ids: [first], reason: 'cancelled', now: T0 }),
          again(),
        ])
      }
      expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({
        pending: 0,
        delivered: 50,
        cancelled: 10,
      })
      expect(await storage.deliveries.list({ after: null, limit: 99 })).toHaveLength(60)
      expect(await storage.lanes.upcoming({ subscriptionId: subscription.id, limit: 9 })).toEqual([])
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
      await append(storage, events)
      const expected = [...events].sort((a, b) => b.acceptedAt - a.acceptedAt || (a.id < b.id ? 1 : -1))
      const listed: StoredEvent[] = []
      for (let rows = [expected[0] as StoredEvent]; rows.length > 0; listed.push(...rows)) {
        const last = listed.at(-1)
        rows = await storage.events.list({
          after: last ? { at: last.acceptedAt, id: last.id } : null,
          limit: 4,
        })
      }
      expect(listed).toEqual(expected)
      const list = (query: object) => storage.events.list({ after: null, limit: 99, ...query })
      expect(await list({ type: 'order.paid' })).toEqual(expected.filter(({ type }) => type === 'order.paid'))
      expect(await list({ siteId: 's1' })).toEqual(expected.filter(({ siteId }) => siteId === 's1'))
      expect(await list({ since: T0 + 1, until: T0 + 3 })).toEqual(
        expected.filter(({ acceptedAt }) => acceptedAt >= T0 + 1 && acceptedAt < T0 + 3),
      )
    },
  },
]
