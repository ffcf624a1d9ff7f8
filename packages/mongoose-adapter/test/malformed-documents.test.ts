import type { Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { delivered, fields, keptReport, newCall, sampleDelivery, sampleEvent, T0 } from './fixtures.js'
import { describeOnMongo, freshDatabase } from './support.js'

const LEASE_MS = 15_000
const PAGE = { after: null, limit: 9 }

describeOnMongo('a document that cannot be read', () => {
  let connection: Connection
  let cleanup: () => Promise<void>
  let storage: Storage
  let report: ReturnType<typeof keptReport>
  const raw = (name: string) => connection.collection<{ _id: string }>(name)
  /** What any document may hold, wherever it came from. */
  const spoil = (name: string, _id: unknown, $set: object) =>
    raw(name).updateOne({ _id: _id as string }, { $set })

  beforeEach(async () => {
    ;({ connection, cleanup } = await freshDatabase())
    storage = mongooseStorage(connection, { logger: { warn: () => undefined } })
    report = keptReport()
    await storage.open({ report })
  })
  afterEach(() => cleanup())

  /** Subscriptions with one delivery of one event each, all due. */
  const seeded = async (count: number) => {
    const documents = Array.from({ length: count }, () => ({ ...fields }))
    const { insertedIds } = await connection.collection('webhooksubscriptions').insertMany(documents)
    const lanes = Object.values(insertedIds).map(String)
    const event = sampleEvent()
    await storage.events.append({ callId: newCall(), events: [event], visibleAt: T0 })
    const deliveries = lanes.map((lane) => sampleDelivery(event, lane))
    await storage.events.fanOut({ now: T0, eventIds: [event.id], deliveries })
    return { lanes, event, ids: deliveries.map(({ id }) => id) }
  }
  const acquire = (now = T0) =>
    storage.lanes.acquire({ token: `tok-${now}`, now, leaseMs: LEASE_MS, limit: 99 })
  const repair = (now: number) =>
    storage.maintenance.repair({ now, latestDueAt: T0 * 2, latestVisibleAt: T0 * 2 })
  const acquired = async (now = T0) => (await acquire(now)).lanes.map(({ subscriptionId }) => subscriptionId)

  it.each([
    ['events', 'order.created'],
    ['events', [7]],
    ['url', null],
    ['appSecret', 7],
    ['isActive', 'yes'],
    ['headers', 'x-a: 1'],
    ['headers', [{ name: 'x-a' }]],
    ['filters', { siteIds: 'all' }],
    ['filters', { siteIds: [{}] }],
    ['rateLimit', { limit: 'ten', windowMs: 1 }],
    ['rateLimit', true],
    ['previousSecrets', { value: 'x' }],
    ['pausedAt', 5],
    ['createdAt', 'yesterday'],
  ])('as a subscription (%s: %j) is told of, and lists and fan-out go on', async (field, value) => {
    const { lanes } = await seeded(3)
    const [bad = '', ...rest] = lanes
    await spoil('webhooksubscriptions', new connection.base.mongo.ObjectId(bad), { [field]: value })
    const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id).sort()
    expect(ids(await storage.subscriptions.list(PAGE))).toEqual([...rest].sort())
    expect(ids(await storage.subscriptions.get(lanes))).toEqual([...rest].sort())
    expect(ids((await storage.subscriptions.matching?.(['order.created'])) ?? [])).toEqual([...rest].sort())
    expect(report.rows[0]).toMatch(new RegExp(`^subscription ${bad}: .*is not`))
    expect(report.rows.join()).not.toMatch(/ten|yesterday|x-a: 1/)
  })

  it('takes nobody’s place in a page', async () => {
    const { lanes } = await seeded(6)
    for (const bad of lanes.slice(2, 5))
      await spoil('webhooksubscriptions', new connection.base.mongo.ObjectId(bad), { url: 7 })
    const page = await storage.subscriptions.list({ after: null, limit: 3 })
    expect(page).toHaveLength(3)
  })

  it.each(['acceptedAt', 'occurredAt', 'body', 'type', 'onlyFor'])(
    'as an event (%s) is told of, and those behind it are handed out, listed and read',
    async (field) => {
      const events = [sampleEvent(), sampleEvent(), sampleEvent()]
      await storage.events.append({ callId: newCall(), events, visibleAt: T0 })
      const [bad, ...rest] = events.map(({ id }) => id).sort()
      await spoil('webhookevents', bad, { [field]: ['2026-01-01'] })
      const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id).sort()
      expect(ids(await storage.events.unfanned({ now: T0, limit: 2 }))).toEqual(rest)
      expect(ids(await storage.events.list(PAGE))).toEqual(rest)
      expect(ids(await storage.events.get(events.map(({ id }) => id)))).toEqual(rest)
      expect(report.rows[0]).toMatch(new RegExp(`^event ${bad}: ${field} is not`))
    },
  )

  it.each([['tomorrow'], [new Date(T0)]])(
    'as an event to be swept at %j is told of by the next repair, and swept after it',
    async (sweepAt) => {
      const event = sampleEvent()
      await storage.events.append({ callId: newCall(), events: [event], visibleAt: T0 })
      await spoil('webhookevents', event.id, { sweepAt })
      expect(await storage.events.unfanned({ now: T0 * 2, limit: 9 })).toEqual([])
      await repair(T0)
      expect(await storage.events.unfanned({ now: T0 * 2, limit: 9 })).toEqual([event])
      expect(report.rows).toEqual([`event ${event.id}: sweepAt is not a number`])
    },
  )

  it.each([[7], ['none'], [{ ends: 'x', reserved: 0 }], [{ ends: [T0], reserved: null }]])(
    'as the window of a lane (%j) is a window that is used up',
    async (window) => {
      const { lanes } = await seeded(2)
      await spoil('webhooklanes', lanes[0], { window })
      const found = (await acquire()).lanes
      expect(found.map(({ subscriptionId }) => subscriptionId).sort()).toEqual([...lanes].sort())
      const spoilt = found.find(({ subscriptionId }) => subscriptionId === lanes[0])
      expect(spoilt?.window).toEqual({ ends: [], reserved: 10_000 })
      expect(report.rows).toEqual([expect.stringMatching(`^lane ${lanes[0]}: window.* is not`)])
    },
  )

  it('as the lease of a lane keeps nobody from knowing when there is something to do', async () => {
    const { lanes } = await seeded(2)
    await spoil('webhooklanes', lanes[0], { leaseUntil: 'noon' })
    expect((await storage.maintenance.counts({ now: T0 })).nextDueAt).toBe(T0)
    expect(await acquired()).toEqual([lanes[1]])
    await repair(T0 + 1)
    expect(await acquired(T0 + 1)).toEqual([lanes[0]])
  })

  it.each(['strikes', 'wakeups', 'lifts', 'heldStrikes'])(
    'as a lane (%s) stops nobody from being woken and taken, and is made anew by the next repair',
    async (field) => {
      const { lanes } = await seeded(9)
      const [bad = '', ...rest] = lanes
      await spoil('webhooklanes', bad, { [field]: 'three' })
      await storage.lanes.wake({ subscriptionIds: lanes, now: T0 })
      expect((await acquired()).sort()).toEqual([...rest].sort())
      expect(report.rows.at(-1)).toMatch(new RegExp(`^lane ${bad}: `))
      expect(await repair(T0 + 1)).toBe(1)
      const [lane] = (await acquire(T0 + 1)).lanes
      expect(lane).toMatchObject({ subscriptionId: bad, crashCount: 1, window: { reserved: 10_000 } })
    },
  )

  it.each([
    ['calls', 'none'],
    ['attemptCount', '0'],
    ['eventId', null],
    ['dueAt', null],
  ])('as a delivery (%s: %j) is not sent, and the others of its lane are', async (field, value) => {
    const { lanes } = await seeded(1)
    const events = [sampleEvent(), sampleEvent()]
    const others = events.map((event) => sampleDelivery(event, lanes[0] ?? ''))
    await storage.events.fanOut({ now: T0, eventIds: [], deliveries: others })
    const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id)
    const upcoming = () => storage.lanes.upcoming({ subscriptionId: lanes[0] ?? '', limit: 2 })
    const [bad = ''] = ids(await upcoming())
    await spoil('webhookdeliveries', bad, { [field]: value })
    expect(ids(await upcoming())).toHaveLength(2)
    expect(ids(await upcoming())).not.toContain(bad)
    expect(ids(await storage.deliveries.list(PAGE))).toHaveLength(2)
    expect(await storage.deliveries.get(bad)).toBeNull()
    expect(report.rows[0]).toMatch(new RegExp(`^delivery ${bad}: ${field} is not`))
  })

  it('as a delivery in a batch of ends is left alone by itself, and the others are recorded', async () => {
    const { lanes, ids } = await seeded(9)
    const held = new Map((await acquire()).lanes.map((lane) => [lane.subscriptionId, lane]))
    await spoil('webhookdeliveries', ids[3], { calls: 'none' })
    const results = ids.map((id, index) => delivered(held.get(lanes[index] ?? '') as never, id))
    const input = { callId: newCall(), now: T0, results, progressed: [] }
    expect(await storage.lanes.complete(input)).toEqual([ids[3]])
    expect(await raw('webhookdeliveries').countDocuments({ state: 1 })).toBe(8)
    expect(report.rows).toEqual([expect.stringMatching(`^delivery ${ids[3]}: `)])
    const [first, bad] = await storage.subscriptions.get([lanes[0] ?? '', lanes[3] ?? ''])
    expect([first, bad].map((one) => one?.stats.totalSent).sort()).toEqual([0, 1])
    expect(await raw('webhookattempts').countDocuments()).toBe(8)
  })

  it('as statistics costs nobody else theirs', async () => {
    const { lanes, ids } = await seeded(5)
    const held = new Map((await acquire()).lanes.map((lane) => [lane.subscriptionId, lane]))
    const bad = new connection.base.mongo.ObjectId(lanes[2])
    await spoil('webhooksubscriptions', bad, { stats: 'none' })
    const results = ids.map((id, index) => delivered(held.get(lanes[index] ?? '') as never, id))
    expect(await storage.lanes.complete({ callId: newCall(), now: T0, results, progressed: [] })).toEqual([])
    const sent = (await storage.subscriptions.get(lanes)).map(({ stats }) => stats.totalSent)
    expect(sent.sort()).toEqual([0, 1, 1, 1, 1])
  })

  it('as an attempt takes nothing but itself out of its delivery', async () => {
    const { lanes, ids } = await seeded(1)
    const [lane] = (await acquire()).lanes
    const results = [delivered(lane as never, ids[0] ?? '')]
    await storage.lanes.complete({ callId: newCall(), now: T0, results, progressed: [] })
    await raw('webhookattempts').updateMany({}, { $set: { startedAt: 'noon' } })
    await spoil('webhookdeliveries', ids[0], { attempts: 'none' })
    const found = await storage.deliveries.get(ids[0] ?? '')
    expect(found).toMatchObject({ subscriptionId: lanes[0], status: 'delivered', attempts: [] })
    expect(report.rows).toHaveLength(2)
    expect(report.rows).toContain(`attempt ${ids[0]}: attempts is not a list`)
    expect(report.rows.join()).toContain('startedAt is not a number')
  })
})
