import type { LaneRelease } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mongooseStorage, type MongooseStorage } from '../src/mongoose-storage.js'
import { dispatcherOn, fields, newCall, sampleDelivery, sampleEvent, T0 } from './fixtures.js'
import { describeOnMongo, freshDatabase } from './support.js'

/** As a caller without types may pass them. */
const HOSTILE = [
  { $gt: '' },
  { $ne: null },
  { $regex: '.*' },
  { $where: 'true' },
  ['x'],
  null,
  undefined,
  7,
  true,
] as unknown as string[]

describeOnMongo('hostile values', () => {
  let connection: Connection
  let cleanup: () => Promise<void>
  let storage: MongooseStorage

  beforeEach(async () => {
    ;({ connection, cleanup } = await freshDatabase())
    storage = mongooseStorage(connection)
    await storage.open()
  })
  afterEach(() => cleanup())

  it('are not found, or refused, by the dispatcher', async () => {
    const { webhooks } = dispatcherOn(storage)
    await webhooks.subscriptions.create(fields)
    for (const value of HOSTILE) {
      await expect(webhooks.subscriptions.get(value)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(webhooks.deliveries.get(value)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(webhooks.events.get(value)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    await expect(webhooks.deliveries.list({ subscriptionId: HOSTILE[0] ?? '' })).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
    })
    await webhooks.stop()
  })

  it('match nothing and change nothing when they reach the storage itself', async () => {
    const event = sampleEvent()
    await storage.events.append({ callId: newCall(), events: [event], visibleAt: T0 })
    const deliveries = [sampleDelivery(event, '65a0000000000000000000aa')]
    await storage.events.fanOut({ now: T0, eventIds: [event.id], deliveries })
    const stored = () =>
      Promise.all(
        ['webhookevents', 'webhookdeliveries', 'webhooklanes'].map((name) =>
          connection.collection(name).find().toArray(),
        ),
      )
    const before = await stored()
    const page = { after: null, limit: 9 }
    for (const value of HOSTILE) {
      expect(await storage.events.get([value])).toEqual([])
      expect(await storage.deliveries.get(value)).toBeNull()
      await storage.deliveries.resend({ ids: [value], now: T0 })
      await storage.deliveries.cancel({ ids: [value], reason: 'cancelled', now: T0 })
      expect(await storage.lanes.upcoming({ subscriptionId: value, limit: 9 })).toEqual([])
      const claim = { token: 't', now: T0, leaseMs: 1, limit: 9, subscriptionIds: [value] }
      expect(await storage.lanes.acquire(claim)).toEqual({ lanes: [], others: [] })
      await storage.lanes.remove(value)
      if (value === undefined) continue
      expect(await storage.deliveries.list({ ...page, subscriptionId: value })).toEqual([])
      expect(await storage.deliveries.list({ ...page, eventId: value })).toEqual([])
      expect(await storage.events.list({ ...page, type: value })).toEqual([])
    }
    expect(await stored()).toEqual(before)
  })

  it('cannot ride along in a patch: fields that no subscription has are not written', async () => {
    const { webhooks } = dispatcherOn(storage)
    const { id } = await webhooks.subscriptions.create(fields)
    const patch = {
      appName: 'x',
      'stats.totalSent': 99,
      createdAt: 0,
      $where: '1',
      countedCalls: [],
    } as object
    await storage.subscriptions.update({ id, patch, now: T0 })
    const document = await connection.collection('webhooksubscriptions').findOne({})
    expect(document).toMatchObject({ appName: 'x', stats: { totalSent: 0 }, createdAt: expect.any(Date) })
    expect(document).not.toHaveProperty('countedCalls')
    await webhooks.stop()
  })

  it('mean nothing in a filter even on a connection that drops unset fields', async () => {
    const loose = await freshDatabase()
    const connected = await loose.connect({ ignoreUndefined: true, useBigInt64: true })
    const opened = mongooseStorage(connected)
    await opened.open()
    const [event, other] = [sampleEvent(), sampleEvent()]
    await opened.events.append({ callId: newCall(), events: [event, other], visibleAt: T0 })
    await opened.events.fanOut({ now: T0, eventIds: [undefined as unknown as string], deliveries: [] })
    expect(await opened.events.unfanned({ now: T0, limit: 9 })).toHaveLength(2)
    expect((await opened.events.get([event.id]))[0]).toEqual(event)
    await opened.lanes.wake({ subscriptionIds: ['lane'], now: T0 })
    await opened.lanes.acquire({ token: 'owner', now: T0, leaseMs: 9, limit: 9 })
    const lane = () => connected.collection<{ _id: string }>('webhooklanes').findOne({ _id: 'lane' })
    const held = await lane()
    const nobody = { ...held, subscriptionId: 'lane', token: undefined, hold: null } as unknown
    await opened.lanes.release({ now: T0, lanes: [nobody as LaneRelease] })
    expect(held).toMatchObject({ token: 'owner' })
    expect(await lane()).toEqual(held)
    await connected.close()
    await loose.cleanup()
  })
})
