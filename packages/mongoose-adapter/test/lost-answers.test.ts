import { retryingStorage, type Lane, type Storage, type StoredEvent } from '@swigs/webhooks-dispatcher'
import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Collections } from '../src/collections.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { mongoLanes } from '../src/stores/lanes.js'
import { mongoEvents } from '../src/stores/events.js'
import { collectionsOn, fields, sampleDelivery, sampleEvent, T0 } from './fixtures.js'
import { losingAnswer } from './lossy-collections.js'
import { describeOnMongo, freshDatabase } from './support.js'

const LEASE = T0 + 15_000

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
    const noSession = () => {
      throw new Error('no session was given')
    }
    const events = mongoEvents(() => collections, noSession)
    const lanes = mongoLanes(() => collections, console)
    return retryingStorage({ ...storage, events, lanes }, { baseMs: 1 })
  }

  const lossy = (
    ...[name, verb]: Parameters<typeof losingAnswer> extends [unknown, ...infer R] ? R : never
  ) => over(losingAnswer(collectionsOn(connection), name, verb))

  const seeded = async (count: number) => {
    const { insertedId } = await connection.collection('webhooksubscriptions').insertOne({ ...fields })
    const subscriptionId = String(insertedId)
    const events = Array.from({ length: count }, () => sampleEvent())
    const deliveries = events.map((event) => sampleDelivery(event, subscriptionId))
    await storage.events.append({ events, visibleAt: T0 })
    await storage.events.fanOut({ now: T0, eventIds: events.map(({ id }) => id), deliveries })
    return { subscriptionId, ids: deliveries.map(({ id }) => id) }
  }

  const take = async (from: Storage, token: string, now = T0): Promise<Lane> => {
    const [lane] = await from.lanes.acquire({ token, now, leaseUntil: now + 15_000, limit: 1 })
    if (!lane) throw new Error('the lane could not be taken')
    return lane
  }

  const delivered = ({ subscriptionId, token }: Lane, deliveryId: string) => ({
    deliveryId,
    subscriptionId,
    token,
    expectedAttemptCount: 0,
    status: 'delivered' as const,
    reason: null,
    dueAt: T0,
    scheduleStep: 1,
    attempt: {
      number: 1,
      startedAt: T0,
      durationMs: 3,
      statusCode: 200,
      errorClass: null,
      error: null,
      responseBody: '',
      truncated: false,
    },
  })

  const statsOf = async (id: string) => (await storage.subscriptions.get([id]))[0]?.stats

  it('of append stores each event once, and calls none of its own a duplicate', async () => {
    const known = sampleEvent()
    await storage.events.append({ events: [known], visibleAt: T0 })
    const fresh: StoredEvent[] = [sampleEvent(), sampleEvent()]
    const events = [...fresh, known, ...fresh.slice(0, 1)]
    const answers = await lossy('events', 'insertMany').events.append({ events, visibleAt: T0 })
    expect(answers).toEqual([true, true, false, false])
    expect(await connection.collection('webhookevents').countDocuments()).toBe(3)
  })

  it('of acquire finds what was won, with one strike', async () => {
    const { subscriptionId } = await seeded(1)
    const lane = await take(lossy('lanes', 'updateMany'), 'tok-a')
    expect(lane).toMatchObject({ subscriptionId, token: 'tok-a', crashCount: 1, leaseUntil: LEASE })
  })

  it('of settle is counted once when it was lost before the statistics', async () => {
    const { subscriptionId, ids } = await seeded(3)
    const lane = await take(storage, 'tok-a')
    const results = ids.map((id) => delivered(lane, id))
    const left = await lossy('deliveries', 'bulkWrite').lanes.complete({ now: T0, results, progressed: [] })
    expect(left).toEqual([])
    expect(await statsOf(subscriptionId)).toMatchObject({ totalSent: 3 })
  })

  it('of settle is counted once when it was lost after the statistics', async () => {
    const { subscriptionId, ids } = await seeded(3)
    const lane = await take(storage, 'tok-a')
    const results = ids.map((id) => delivered(lane, id))
    const left = await lossy('subscriptions', 'bulkWrite').lanes.complete({
      now: T0,
      results,
      progressed: [],
    })
    expect(left).toEqual([])
    expect(await statsOf(subscriptionId)).toMatchObject({ totalSent: 3 })
  })

  it('of settle is recognised even after the lane went to another owner', async () => {
    const { subscriptionId, ids } = await seeded(2)
    const lane = await take(storage, 'tok-a')
    const once = losingAnswer(collectionsOn(connection), 'deliveries', 'bulkWrite')
    const lanes = mongoLanes(() => once, console)
    const input = { now: T0, results: ids.map((id) => delivered(lane, id)), progressed: [] }
    await expect(lanes.complete(input)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await take(storage, 'tok-b', LEASE)
    expect(await lanes.complete(input)).toEqual([])
    expect(await statsOf(subscriptionId)).toMatchObject({ totalSent: 2 })
  })

  it('of fanOut makes nothing twice', async () => {
    await seeded(1)
    const [event] = [sampleEvent()]
    const deliveries = [sampleDelivery(event, '65a0000000000000000000aa')]
    await storage.events.append({ events: [event], visibleAt: T0 })
    await lossy('deliveries', 'insertMany').events.fanOut({ now: T0, eventIds: [event.id], deliveries })
    expect(await connection.collection('webhookdeliveries').countDocuments()).toBe(2)
    expect(await storage.events.unfanned({ now: T0, limit: 9 })).toEqual([])
  })

  it('of extend, done late, never ends a lease that was extended since', async () => {
    await seeded(1)
    const { subscriptionId, token } = await take(storage, 'tok-a')
    const window = { ends: [T0], reserved: 1 }
    await storage.lanes.extend({ leaseUntil: LEASE + 9_000, lanes: [{ subscriptionId, token, window }] })
    for (const late of [{}, { window }]) {
      await storage.lanes.extend({ leaseUntil: LEASE + 1, lanes: [{ subscriptionId, token, ...late }] })
      expect(await storage.lanes.get(subscriptionId)).toMatchObject({ leaseUntil: LEASE + 9_000, window })
    }
  })
})
