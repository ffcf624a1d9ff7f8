import type { AttemptResult, Lane, Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { attemptsOf } from '../src/attempt-ids.js'
import type { Collections } from '../src/collections.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { mongoLanes } from '../src/stores/lanes.js'
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
import { deadSocket } from './lossy-collections.js'
import { describeOnMongo, freshDatabase } from './support.js'

const LEASE_MS = 15_000

/** Attempts are written before the outcomes that they explain, in a collection of their own: what nobody let through must not show. */
describeOnMongo('attempts', () => {
  let connection: Connection
  let connect: Awaited<ReturnType<typeof freshDatabase>>['connect']
  let cleanup: () => Promise<void>
  let storage: Storage
  let collections: Collections

  beforeEach(async () => {
    ;({ connection, connect, cleanup } = await freshDatabase())
    storage = mongooseStorage(connection)
    await storage.open()
    collections = collectionsOn(connection)
  })
  afterEach(() => cleanup())

  const seeded = async (count: number) => {
    const { insertedId } = await connection.collection('webhooksubscriptions').insertOne({ ...fields })
    const events = Array.from({ length: count }, () => sampleEvent())
    const deliveries = events.map((event) => sampleDelivery(event, String(insertedId)))
    await storage.events.append({ callId: newCall(), events, visibleAt: T0 })
    await storage.events.fanOut({ now: T0, eventIds: events.map(({ id }) => id), deliveries })
    return { events, ids: deliveries.map(({ id }) => id) }
  }
  const take = async (token: string, now = T0): Promise<Lane> => {
    const [lane] = (await storage.lanes.acquire({ token, now, leaseMs: LEASE_MS, limit: 1 })).lanes
    if (!lane) throw new Error('the lane could not be taken')
    return lane
  }
  const complete = (results: readonly AttemptResult[], lanes = storage.lanes) =>
    lanes.complete({ callId: newCall(), now: T0, results, progressed: [] })
  const answered = (result: AttemptResult, responseBody: string): AttemptResult => ({
    ...result,
    attempt: { ...result.attempt, responseBody },
  })
  const bodies = async (id: string) =>
    (await storage.deliveries.get(id))?.attempts.map(({ responseBody }) => responseBody)

  /** A process that dies as it is about to write the outcomes. */
  const dying = () => {
    const deliveries = new Proxy(collections.deliveries, {
      get: (target, property) =>
        property === 'bulkWrite' ? () => Promise.reject(deadSocket()) : Reflect.get(target, property),
    })
    return mongoLanes(contextOn({ ...collections, deliveries }))
  }

  it('of a process that died before the outcome stay unseen, also behind one that another has made since', async () => {
    const [id = ''] = (await seeded(1)).ids
    const first = await take('tok-a')
    const lost = complete([answered(delivered(first, id), 'of the dead')], dying())
    await expect(lost).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(await collections.attempts.countDocuments()).toBe(1)
    expect(await storage.deliveries.get(id)).toMatchObject({ status: 'pending', attempts: [] })
    const second = await take('tok-b', T0 + LEASE_MS)
    await complete([answered(delivered(second, id), 'of the living')])
    expect(await bodies(id)).toEqual(['of the living'])
  })

  it('keep all that they say, and what they leave out', async () => {
    const { ids } = await seeded(2)
    const lane = await take('tok-a')
    const [plain, told] = ids.map((id) => delivered(lane, id)) as [AttemptResult, AttemptResult]
    const attempt = {
      ...told.attempt,
      statusCode: 503,
      errorClass: 'http',
      error: 'The receiver answered 503',
      truncated: true,
      retryAfterMs: 1_500.5,
      repeated: true,
    } as const
    await complete([plain, { ...told, attempt, status: 'pending', dueAt: T0 }])
    const kept = await Promise.all(ids.map((id) => storage.deliveries.get(id)))
    expect(kept.map((one) => one?.attempts)).toEqual([[plain.attempt], [attempt]])
  })

  it('that were not let through leave nothing behind', async () => {
    const { ids } = await seeded(2)
    const [moved = '', sound = ''] = ids
    const lane = await take('tok-a')
    await storage.deliveries.cancel({ ids: [moved], reason: 'cancelled', now: T0 })
    expect(await complete(ids.map((id) => delivered(lane, id)))).toEqual([moved])
    expect(await bodies(sound)).toHaveLength(1)
    expect(await collections.attempts.countDocuments()).toBe(1)
  })

  it('are kept for the latest of many, however often a delivery is sent again', async () => {
    const [id = ''] = (await seeded(1)).ids
    const lane = await take('tok-a')
    for (let count = 0; count < 23; count += 1) {
      const again = { ...delivered(lane, id), status: 'pending', expectedAttemptCount: count } as const
      await complete([{ ...again, dueAt: T0, attempt: { ...again.attempt, number: count + 1 } }])
    }
    expect(await collections.attempts.countDocuments()).toBe(20)
    const numbers = (await storage.deliveries.get(id))?.attempts.map(({ number }) => number)
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 4))
  })

  it('go with their event: those of the dead, and those of a delivery that went before', async () => {
    const { events, ids } = await seeded(3)
    const lane = await take('tok-a')
    await complete([delivered(lane, ids[0] ?? '')], dying()).catch(() => undefined)
    await complete(ids.map((id) => delivered(lane, id)))
    await collections.deliveries.deleteOne({ _id: ids[1] ?? '' })
    // One whose id begins as another's does, and is not as old.
    const longer = { ...sampleEvent({ acceptedAt: T0 + 9 }), id: `${events[0]?.id}_x` }
    await storage.events.append({ callId: newCall(), events: [longer], visibleAt: T0 })
    const deliveries = [sampleDelivery(longer, lane.subscriptionId)]
    await storage.events.fanOut({ now: T0, eventIds: [longer.id], deliveries })
    await complete(deliveries.map(({ id }) => delivered(lane, id)))
    expect(await collections.attempts.countDocuments()).toBe(5)
    expect(await storage.maintenance.prune({ before: T0 + 1, limit: 9 })).toBe(3)
    expect(await collections.attempts.countDocuments()).toBe(1)
    expect(await collections.attempts.countDocuments({ _id: attemptsOf(longer.id) })).toBe(1)
    expect(await collections.deliveries.countDocuments()).toBe(1)
  })

  it('of 64 deliveries that end alike take one insert, and their outcomes one update of one statement', async () => {
    const { ids } = await seeded(64)
    const lane = await take('tok-a')
    const monitored = await connect({ monitorCommands: true })
    const other = mongooseStorage(monitored)
    await other.open()
    const sent: string[] = []
    monitored.getClient().on('commandStarted', ({ commandName, command }) => {
      const { updates, documents } = command as { updates?: unknown[]; documents?: unknown[] }
      sent.push(`${commandName} ${command[commandName] as string} ${(updates ?? documents ?? []).length}`)
    })
    expect(
      await complete(
        ids.map((id) => delivered(lane, id)),
        other.lanes,
      ),
    ).toEqual([])
    expect(sent).toEqual([
      'find webhooklanes 0',
      'insert webhookattempts 64',
      'update webhookdeliveries 1',
      'update webhooksubscriptions 1',
      'insert webhookmetrics 1',
    ])
    await monitored.close()
  })
})
