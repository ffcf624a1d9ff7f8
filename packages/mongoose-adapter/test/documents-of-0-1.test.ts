import type { Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { delivered, fields, newCall, T0 } from './fixtures.js'
import { describeOnMongo, freshDatabase } from './support.js'

const attempt = (number: number) => ({
  number,
  startedAt: T0,
  durationMs: 5,
  statusCode: 503,
  errorClass: 'http',
  error: 'The receiver answered 503',
  responseBody: 'not now',
  truncated: false,
})

describeOnMongo('what version 0.1 has left in a database', () => {
  let connection: Connection
  let cleanup: () => Promise<void>
  let storage: Storage
  let lane: string
  const id = () => `dlv_1_${lane}`
  const raw = (name: string) => connection.collection<{ _id: string }>(name)

  beforeEach(async () => {
    ;({ connection, cleanup } = await freshDatabase())
    storage = mongooseStorage(connection)
    await storage.open()
    lane = String((await connection.collection('webhooksubscriptions').insertOne({ ...fields })).insertedId)
    await raw('webhookevents').insertMany(
      [0, 1].map((state) => ({
        _id: `evt_${state}`,
        type: 'order.created',
        siteId: null,
        body: '{}',
        occurredAt: T0,
        acceptedAt: T0,
        onlyFor: lane,
        state,
        sweepAt: T0 + 5,
      })),
    )
    await raw('webhookdeliveries').insertOne({
      _id: id(),
      eventId: 'evt_1',
      eventType: 'order.created',
      siteId: 's1',
      lane,
      state: 0,
      reason: null,
      dueAt: T0,
      createdAt: T0,
      settledAt: null,
      attemptCount: 2,
      scheduleStep: 2,
      once: false,
      attempts: [attempt(1), attempt(2)],
      settledBy: 'one',
    } as never)
    await raw('webhooklanes').insertOne({
      _id: lane,
      slice: 1,
      token: null,
      leaseUntil: 0,
      dueAt: T0,
      wakeups: 4,
      window: { ends: [T0 - 1], reserved: 1 },
      strikes: 3,
      heldStrikes: 2,
    } as never)
  })
  afterEach(() => cleanup())

  const take = async (now: number) => {
    const [taken] = (await storage.lanes.acquire({ token: `tok-${now}`, now, leaseMs: 9, limit: 9 })).lanes
    if (!taken) throw new Error('the lane could not be taken')
    return taken
  }

  it('is swept when it was to be, for whom it was', async () => {
    expect(await storage.events.unfanned({ now: T0 + 4, limit: 9 })).toEqual([])
    expect(await storage.events.unfanned({ now: T0 + 5, limit: 9 })).toMatchObject([
      { id: 'evt_0', target: lane },
    ])
  })

  it('is a lane with its crashes and its window, which is held, lifted and given back like any other', async () => {
    const taken = await take(T0)
    expect(taken).toMatchObject({
      wakeups: 4,
      lifts: 0,
      crashCount: 4,
      quarantinedAt: 2,
      window: { ends: [T0 - 1], reserved: 1 },
    })
    const hold = { reason: 'rate_limit', cause: '1/1', forMs: 700 } as const
    await storage.lanes.release({ now: T0, lanes: [{ ...taken, dueAt: T0, hold }] })
    expect((await storage.lanes.acquire({ token: 'x', now: T0 + 699, leaseMs: 9, limit: 9 })).lanes).toEqual(
      [],
    )
    await storage.lanes.wake({ subscriptionIds: [lane], now: T0, lift: true })
    expect(await take(T0 + 1)).toMatchObject({ lifts: 1, crashCount: 1, quarantinedAt: 0 })
  })

  it('is a lane whose lease is believed, as it does not say how long it was', async () => {
    await raw('webhooklanes').updateOne({ _id: lane }, { $set: { leaseUntil: T0 + 3_600_000 } })
    expect(await storage.maintenance.repair({ now: T0, latestDueAt: T0 * 2, latestVisibleAt: T0 * 2 })).toBe(
      0,
    )
    expect(await raw('webhooklanes').findOne({ _id: lane })).toMatchObject({ leaseUntil: T0 + 3_600_000 })
  })

  it('is a delivery with its attempts inside, and those that are made now behind them', async () => {
    expect(await storage.deliveries.get(id())).toMatchObject({
      eventType: 'order.created',
      siteId: 's1',
      attempts: [attempt(1), attempt(2)],
    })
    const result = { ...delivered(await take(T0), id()), expectedAttemptCount: 2, scheduleStep: 3 }
    const third = { ...result.attempt, number: 3 }
    const results = [{ ...result, attempt: third }]
    expect(await storage.lanes.complete({ callId: newCall(), now: T0, results, progressed: [] })).toEqual([])
    const found = await storage.deliveries.get(id())
    expect(found).toMatchObject({ status: 'delivered', attemptCount: 3 })
    expect(found?.attempts).toEqual([attempt(1), attempt(2), third])
    const [listed] = await storage.deliveries.list({ after: null, limit: 9, eventId: 'evt_1' })
    expect(listed?.attempts.map(({ number, responseBody }) => [number, responseBody])).toEqual([
      [1, null],
      [2, null],
      [3, null],
    ])
  })

  it('goes as a whole when it is old', async () => {
    await storage.deliveries.cancel({ ids: [id()], reason: 'cancelled', now: T0 })
    expect(await storage.maintenance.prune({ before: T0 + 1, limit: 9 })).toBe(1)
    expect(await raw('webhookdeliveries').countDocuments()).toBe(0)
  })
})
