import { expect } from 'vitest'
import type { Subscription } from '../../core/subscription.js'
import type { ContractTest } from './harness.js'
import { HOSTILE_IDS, sampleSettlement, sampleSubscription, seed, T0, take } from './samples.js'

export const subscriptionTests: readonly ContractTest[] = [
  {
    name: 'stores a subscription whole under an id of its own, for every process',
    run: async (storage, other) => {
      const given = sampleSubscription({
        appName: 'Ünïcode 💥 $where.x',
        siteIds: ['65a000000000000000000003', 'site-b'],
        headers: { Authorization: 'Bearer x', 'x-a': '1' },
        rateLimit: { limit: 5, windowMs: 1_000 },
        description: 'a\u0001b',
        secrets: [
          { value: 'new-secret-new-secret-new-secret', expiresAt: null },
          { value: 'old-secret-old-secret-old-secret', expiresAt: T0 + 1 },
        ],
      })
      const stored = await storage.subscriptions.insert(given)
      expect(stored).toEqual({ ...given, id: stored.id })
      expect(await other.subscriptions.get([stored.id])).toEqual([stored])
      const second = await storage.subscriptions.insert(given)
      expect(second.id).not.toBe(stored.id)
      expect(stored.id).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
    },
  },
  {
    name: 'keeps false, null and a limit apart in rateLimit',
    run: async (storage) => {
      for (const rateLimit of [false, null, { limit: 1, windowMs: 1 }] as const) {
        const { id } = await storage.subscriptions.insert(sampleSubscription({ rateLimit }))
        expect((await storage.subscriptions.get([id]))[0]?.rateLimit).toEqual(rateLimit)
      }
    },
  },
  {
    name: 'replaces whole fields, moves updatedAt, and leaves the rest and the statistics alone',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      await storage.lanes.settle({
        now: T0,
        settlements: [sampleSettlement(lane, ids[0] ?? '')],
        progressed: [],
      })
      const patch = {
        headers: { a: 'b' },
        isActive: false,
        inactiveReason: 'paused',
        events: ['*'],
        url: undefined,
      } as const
      const updated = await other.subscriptions.update({ id: subscription.id, patch, now: T0 + 5 })
      expect(updated).toMatchObject({
        headers: { a: 'b' },
        isActive: false,
        url: subscription.url,
        updatedAt: T0 + 5,
      })
      expect(updated?.stats.totalSent).toBe(1)
      expect(await storage.subscriptions.get([subscription.id])).toEqual([updated])
    },
  },
  {
    name: 'finds the active ones with one of the patterns, literally',
    run: async (storage) => {
      const insert = (events: string[], isActive = true) =>
        storage.subscriptions.insert(sampleSubscription({ events, isActive }))
      const exact = await insert(['order.created', 'order.paid'])
      const prefix = await insert(['order.*'])
      const all = await insert(['*'])
      const paused = await insert(['order.created'], false)
      await insert(['customer.created'])
      const find = async (...patterns: string[]) =>
        (await storage.subscriptions.matching(patterns)).map(({ id }) => id).sort()
      expect(await find('order.created', 'order.*', '*')).toEqual([exact.id, prefix.id, all.id].sort())
      expect(await find('order.')).toEqual([])
      await storage.subscriptions.update({ id: exact.id, patch: { events: ['x'] }, now: T0 })
      await storage.subscriptions.update({
        id: paused.id,
        patch: { isActive: true, inactiveReason: null },
        now: T0,
      })
      expect(await find('order.created')).toEqual([paused.id])
    },
  },
  {
    name: 'lists newest first, every one once, through ties and pages',
    run: async (storage) => {
      for (let index = 0; index < 7; index += 1)
        await storage.subscriptions.insert(sampleSubscription({ createdAt: T0 + (index >> 1) }))
      const all = await storage.subscriptions.list({ after: null, limit: 100 })
      const paged: Subscription[] = []
      for (;;) {
        const last = paged.at(-1)
        const after = last ? { at: last.createdAt, id: last.id } : null
        const rows = await storage.subscriptions.list({ after, limit: 2 })
        if (rows.length === 0) break
        paged.push(...rows)
      }
      expect(paged).toEqual(all)
      expect(new Set(all.map(({ id }) => id)).size).toBe(7)
      expect(all.map(({ createdAt }) => createdAt)).toEqual(
        [...all.map(({ createdAt }) => createdAt)].sort((a, b) => b - a),
      )
    },
  },
  {
    name: 'removes one, once',
    run: async (storage, other) => {
      const { id } = await storage.subscriptions.insert(sampleSubscription())
      expect(await storage.subscriptions.remove(id)).toBe(true)
      expect(await storage.subscriptions.remove(id)).toBe(false)
      expect(await other.subscriptions.get([id])).toEqual([])
      expect(await other.subscriptions.matching(['order.created'])).toEqual([])
    },
  },
  {
    name: 'lets ids that are not ids match nothing, anywhere',
    run: async (storage) => {
      const { ids } = await seed(storage, 2)
      const now = T0 + 1
      for (const id of HOSTILE_IDS) {
        expect(await storage.subscriptions.get([id])).toEqual([])
        expect(await storage.subscriptions.update({ id, patch: { appName: 'x' }, now })).toBeNull()
        expect(await storage.subscriptions.remove(id)).toBe(false)
        expect(await storage.outbox.get([id])).toEqual([])
        expect(await storage.deliveries.get(id)).toBeNull()
        expect(await storage.deliveries.resend({ id, now })).toBeNull()
        expect(await storage.deliveries.cancel({ id, now })).toBeNull()
        expect(await storage.deliveries.list({ after: null, limit: 9, subscriptionId: id })).toEqual([])
        expect(await storage.deliveries.list({ after: null, limit: 9, type: id })).toEqual([])
        expect(await storage.outbox.list({ after: null, limit: 9, siteId: id })).toEqual([])
        expect(await storage.deliveries.cancelPending({ subscriptionId: id, now, limit: 9 })).toBe(0)
        expect(await storage.deliveries.countFailed({ subscriptionId: id, since: 0, until: now })).toBe(0)
        expect(await storage.lanes.get(id)).toBeNull()
        expect(await storage.lanes.upcoming({ subscriptionId: id, limit: 9 })).toEqual([])
        await storage.subscriptions.list({ after: { at: T0, id }, limit: 9 })
      }
      expect(await storage.subscriptions.matching(HOSTILE_IDS)).toEqual([])
      expect(await storage.upkeep.counts({ now })).toMatchObject({ pending: 2, cancelled: 0 })
      expect(await storage.deliveries.get(ids[0] ?? '')).toMatchObject({ status: 'pending' })
    },
  },
]
