import { retryingStorage } from '@swigs/webhooks-dispatcher'
import type { Lane, Storage, StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Collections } from '../src/collections.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { mongoLanes } from '../src/stores/lanes.js'
import { mongoEvents } from '../src/stores/events.js'
import {
  collectionsOn,
  contextOn,
  delivered,
  fields,
  newCall,
  sampleDelivery,
  sampleEvent,
  T0,
} from './fixtures.js'
import { losingAnswer } from './lossy-collections.js'
import { describeOnMongo, freshDatabase } from './support.js'

const LEASE_MS = 15_000

describeOnMongo('a call whose answer is lost', () => {
  let connection: Connection
  let cleanup: () => Promise<void>
  let storage: Storage

  beforeEach(async () => {
    ;({ connection, cleanup } = await freshDatabase())
    storage = mongooseStorage(connection)
    await storage.open()
  })
  afterEach(() => cleanup())

  /** The same storage through collections that lose an answer, repeated as a dispatcher repeats it. */
  const over = (collections: Collections): Storage => {
    const context = contextOn(collections)
    const events = mongoEvents(context, () => expect.unreachable())
    return retryingStorage({ ...storage, events, lanes: mongoLanes(context) }, { baseMs: 1 })
  }

  const lossy = (
    ...[name, verb]: Parameters<typeof losingAnswer> extends [unknown, ...infer R] ? R : never
  ) => over(losingAnswer(collectionsOn(connection), name, verb))

  const seeded = async (count: number) => {
    const { insertedId } = await connection.collection('webhooksubscriptions').insertOne({ ...fields })
    const subscriptionId = String(insertedId)
    const events = Array.from({ length: count }, () => sampleEvent())
    const deliveries = events.map((event) => sampleDelivery(event, subscriptionId))
    await storage.events.append({ callId: newCall(), events, visibleAt: T0 })
    await storage.events.fanOut({ now: T0, eventIds: events.map(({ id }) => id), deliveries })
    return { subscriptionId, ids: deliveries.map(({ id }) => id) }
  }

  const take = async (from: Storage, token: string, now = T0): Promise<Lane> => {
    const [lane] = (await from.lanes.acquire({ token, now, leaseMs: LEASE_MS, limit: 1 })).lanes
    if (!lane) throw new Error('the lane could not be taken')
    return lane
  }

  const statsOf = async (id: string) => (await storage.subscriptions.get([id]))[0]?.stats

  it('of append stores each event once, and calls none of its own a duplicate', async () => {
    const known = sampleEvent()
    await storage.events.append({ callId: newCall(), events: [known], visibleAt: T0 })
    const fresh: StoredEvent[] = [sampleEvent(), sampleEvent()]
    const events = [...fresh, known, ...fresh.slice(0, 1)]
    const input = { callId: newCall(), events, visibleAt: T0 }
    const answers = await lossy('events', 'insertMany').events.append(input)
    expect(answers).toEqual([true, true, false, false])
    expect(await connection.collection('webhookevents').countDocuments()).toBe(3)
  })

  it('of acquire finds what was won, counted once', async () => {
    const { subscriptionId } = await seeded(1)
    const lane = await take(lossy('lanes', 'updateMany'), 'tok-a')
    expect(lane).toMatchObject({ subscriptionId, token: 'tok-a', crashCount: 1, leaseUntil: T0 + LEASE_MS })
  })

  it('of complete leaves one attempt where the attempts were written and nothing else', async () => {
    const { subscriptionId, ids } = await seeded(2)
    const lane = await take(storage, 'tok-a')
    const results = ids.map((id) => delivered(lane, id))
    const input = { callId: newCall(), now: T0, results, progressed: [] }
    expect(await lossy('attempts', 'insertMany').lanes.complete(input)).toEqual([])
    expect(await collectionsOn(connection).attempts.countDocuments()).toBe(2)
    expect((await storage.deliveries.get(ids[0] ?? ''))?.attempts).toEqual([results[0]?.attempt])
    expect(await statsOf(subscriptionId)).toMatchObject({ totalSent: 2 })
  })

  it('of complete is counted once when it was lost before the statistics', async () => {
    const { subscriptionId, ids } = await seeded(3)
    const lane = await take(storage, 'tok-a')
    const results = ids.map((id) => delivered(lane, id))
    const input = { callId: newCall(), now: T0, results, progressed: [] }
    const left = await lossy('deliveries', 'bulkWrite').lanes.complete(input)
    expect(left).toEqual([])
    expect(await statsOf(subscriptionId)).toMatchObject({ totalSent: 3 })
  })

  it('of complete is counted once when it was lost after the statistics', async () => {
    const { subscriptionId, ids } = await seeded(3)
    const lane = await take(storage, 'tok-a')
    const results = ids.map((id) => delivered(lane, id))
    const input = { callId: newCall(), now: T0, results, progressed: [] }
    const left = await lossy('subscriptions', 'bulkWrite').lanes.complete(input)
    expect(left).toEqual([])
    expect(await statsOf(subscriptionId)).toMatchObject({ totalSent: 3 })
  })

  it('of complete is in the metrics once when it was lost after those', async () => {
    const { subscriptionId, ids } = await seeded(3)
    const lane = await take(storage, 'tok-a')
    const results = ids.map((id) => delivered(lane, id))
    const input = { callId: newCall(), now: T0, results, progressed: [] }
    expect(await lossy('metricsCalls', 'insertOne').lanes.complete(input)).toEqual([])
    const span = { subscriptionId, since: T0, until: T0 + 60_000, stepMs: 60_000 }
    expect((await storage.metrics.read(span)).map(({ counts }) => counts[0])).toEqual([3])
  })

  it('of complete is in the metrics once per call, when several make the hour at once', async () => {
    const { subscriptionId, ids } = await seeded(5)
    const lane = await take(storage, 'tok-a')
    const calls = ids.map((id) => ({
      callId: newCall(),
      now: T0,
      results: [delivered(lane, id)],
      progressed: [],
    }))
    await Promise.all([...calls, ...calls].map((input) => storage.lanes.complete(input)))
    const span = { subscriptionId, since: T0, until: T0 + 3_600_000, stepMs: 3_600_000 }
    expect((await storage.metrics.read(span)).map(({ counts }) => counts[0])).toEqual([5])
  })

  it('of complete is recognised even after the lane went to another owner', async () => {
    const { subscriptionId, ids } = await seeded(2)
    const lane = await take(storage, 'tok-a')
    const once = losingAnswer(collectionsOn(connection), 'deliveries', 'bulkWrite')
    const lanes = mongoLanes(contextOn(once))
    const results = ids.map((id) => delivered(lane, id))
    const input = { callId: newCall(), now: T0, results, progressed: [] }
    await expect(lanes.complete(input)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await take(storage, 'tok-b', T0 + LEASE_MS)
    expect(await lanes.complete({ ...input })).toEqual([])
    expect(await statsOf(subscriptionId)).toMatchObject({ totalSent: 2 })
  })

  it('of complete is counted once when thirty others of its lane come before it is made again', async () => {
    const { subscriptionId, ids } = await seeded(31)
    const lane = await take(storage, 'tok-a')
    const [first, ...others] = ids.map((id) => ({
      callId: newCall(),
      now: T0,
      results: [delivered(lane, id)],
      progressed: [],
    }))
    if (!first) return expect.unreachable()
    await storage.lanes.complete(first)
    for (const other of others) await storage.lanes.complete(other)
    expect(await storage.lanes.complete({ ...first })).toEqual([])
    expect(await statsOf(subscriptionId)).toMatchObject({ totalSent: 31 })
  })

  it('of fanOut makes nothing twice', async () => {
    await seeded(1)
    const [event] = [sampleEvent()]
    const deliveries = [sampleDelivery(event, '65a0000000000000000000aa')]
    await storage.events.append({ callId: newCall(), events: [event], visibleAt: T0 })
    await lossy('deliveries', 'insertMany').events.fanOut({ now: T0, eventIds: [event.id], deliveries })
    expect(await connection.collection('webhookdeliveries').countDocuments()).toBe(2)
    expect(await storage.events.unfanned({ now: T0, limit: 9 })).toEqual([])
  })

  it('of extend, done late, never ends a lease that was extended since', async () => {
    await seeded(1)
    const { subscriptionId, token } = await take(storage, 'tok-a')
    const window = { ends: [T0], reserved: 1 }
    const extend = (leaseMs: number, given: object) =>
      storage.lanes.extend({ now: T0, leaseMs, lanes: [{ subscriptionId, token, ...given }] })
    await extend(24_000, { window })
    for (const late of [{}, { window }]) {
      await extend(LEASE_MS + 1, late)
      const lane = await collectionsOn(connection).lanes.findOne({ _id: subscriptionId })
      expect(lane).toMatchObject({ leaseUntil: T0 + 24_000, window })
    }
  })
})
