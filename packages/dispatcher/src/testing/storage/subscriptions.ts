import { expect } from 'vitest'
import type { Subscription } from '../../core/subscription.js'
import type { ContractTest } from './harness.js'
import { complete, HOSTILE_IDS, insertSample, laneOf, sampleResult, seed, T0, take } from './samples.js'

export const subscriptionTests: readonly ContractTest[] = [
  {
    name: 'stores a subscription whole, for every process, and an id once',
    run: async (storage, other) => {
      const stored = await insertSample(storage, {
        appName: 'Ünïcode 💥 $where.x',
        siteIds: ['65a000000000000000000003', 'site-b'],
        headers: { Authorization: 'Bearer x', 'x-a': '1' },
        rateLimit: { limit: 5, windowMs: 1_000 },
        description: 'a\u0001b',
        pausedAt: T0 + 7,
        pausedBy: 'ädä\u0001',
        secrets: [
          { value: 'new-secret-new-secret-new-secret', expiresAt: null },
          { value: 'old-secret-old-secret-old-secret', expiresAt: T0 + 1 },
        ],
      })
      expect(await other.subscriptions.get([stored.id, stored.id])).toEqual([stored])
      expect(stored.id).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      await other.subscriptions.insert({ ...stored, appName: 'made again' })
      expect(await storage.subscriptions.get([stored.id])).toEqual([stored])
    },
  },
  {
    name: 'keeps false, null and a limit apart in rateLimit',
    run: async (storage) => {
      for (const rateLimit of [false, null, { limit: 1, windowMs: 1 }] as const) {
        const { id } = await insertSample(storage, { rateLimit })
        expect((await storage.subscriptions.get([id]))[0]?.rateLimit).toEqual(rateLimit)
      }
    },
  },
  {
    name: 'replaces whole fields, moves updatedAt, and leaves the rest and the statistics alone',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      await complete(storage, [sampleResult(lane, ids[0] ?? '')])
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
    name: 'makes a change only where what it was decided on is still so',
    run: async (storage, other) => {
      const { id, url, secrets } = await insertSample(storage)
      const secret = secrets[0]?.value
      const change = (appName: string, expected: { url?: string; secret?: string | undefined }) =>
        other.subscriptions.update({ id, patch: { appName }, now: T0 + 1, expected })
      expect(await change('a', { url: `${url}/elsewhere` })).toBeNull()
      expect(await change('b', { secret: `${secret}x` })).toBeNull()
      expect((await storage.subscriptions.get([id]))[0]?.appName).toBe('swigs-workflow')
      expect(await change('c', { url, secret })).toMatchObject({ appName: 'c' })
      const rivals = ['first', 'second', 'third'].map((value) =>
        storage.subscriptions.update({
          id,
          patch: { secrets: [{ value: `${value}-secret-of-the-three-rivals`, expiresAt: null }] },
          now: T0 + 2,
          expected: { secret },
        }),
      )
      expect((await Promise.all(rivals)).filter((answer) => answer !== null)).toHaveLength(1)
    },
  },
  {
    name: 'finds those that are on, paused ones included, with one of the patterns, literally',
    run: async (storage) => {
      const insert = (events: string[], isActive = true) => insertSample(storage, { events, isActive })
      const exact = await insert(['order.created', 'order.paid'])
      const prefix = await insert(['order.*'])
      const all = await insert(['*'])
      const off = await insert(['order.created'], false)
      const paused = await insertSample(storage, { events: ['*'], pausedAt: T0 })
      await insert(['customer.created'])
      const find = async (...patterns: string[]) =>
        ((await storage.subscriptions.matching?.(patterns)) ?? []).map(({ id }) => id).sort()
      expect(await find('order.created', 'order.*', '*')).toEqual(
        [exact.id, prefix.id, all.id, paused.id].sort(),
      )
      expect(await find('order.')).toEqual([])
      await storage.subscriptions.update({ id: exact.id, patch: { events: ['x'] }, now: T0 })
      await storage.subscriptions.update({
        id: off.id,
        patch: { isActive: true, inactiveReason: null },
        now: T0,
      })
      expect(await find('order.created')).toEqual([off.id])
      await storage.subscriptions.update({ id: all.id, patch: { pausedAt: T0 }, now: T0 })
      expect(await find('*')).toEqual([all.id, paused.id].sort())
    },
  },
  {
    name: 'lists newest first, every one once, through ties and pages',
    run: async (storage) => {
      for (let index = 0; index < 7; index += 1) await insertSample(storage, { createdAt: T0 + (index >> 1) })
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
    name: 'removes one, and it stays so',
    run: async (storage, other) => {
      const { id } = await insertSample(storage)
      await storage.subscriptions.remove(id)
      await storage.subscriptions.remove(id)
      expect(await other.subscriptions.get([id])).toEqual([])
      expect(await other.subscriptions.list({ after: null, limit: 9 })).toEqual([])
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
        await storage.subscriptions.remove(id)
        expect(await storage.events.get([id])).toEqual([])
        expect(await storage.deliveries.get(id)).toBeNull()
        await storage.deliveries.resend({ ids: [id], now })
        await storage.deliveries.cancel({ ids: [id], reason: 'cancelled', now })
        expect(await storage.deliveries.list({ after: null, limit: 9, subscriptionId: id })).toEqual([])
        expect(await storage.deliveries.list({ after: null, limit: 9, eventId: id })).toEqual([])
        expect(await storage.events.list({ after: null, limit: 9, siteId: id })).toEqual([])
        expect(await laneOf(storage, id)).toBeNull()
        expect(await storage.lanes.upcoming({ subscriptionId: id, limit: 9 })).toEqual([])
        await storage.subscriptions.list({ after: { at: T0, id }, limit: 9 })
      }
      expect((await storage.subscriptions.matching?.(HOSTILE_IDS)) ?? []).toEqual([])
      expect(await storage.maintenance.counts({ now })).toMatchObject({ pending: 2, cancelled: 0 })
      expect(await storage.deliveries.get(ids[0] ?? '')).toMatchObject({ status: 'pending' })
    },
  },
]
