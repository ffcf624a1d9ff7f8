import { randomUUID } from 'node:crypto'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { fakeClock, recordingTransport } from '@swigs/webhooks-dispatcher/testing'
import mongoose, { type Connection } from 'mongoose'
// @ts-expect-error an alias of mongoose 8, whose types name the module mongoose
import mongoose8 from 'mongoose8'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { freshDatabase, mongoUri, NO_SERVER } from './support.js'

/** The seed's model, in our words. */
const registerSeedModel = (connection: Connection) =>
  connection.model(
    'WebhookSubscription',
    new mongoose.Schema(
      {
        appName: { type: String, required: true },
        appSecret: { type: String, required: true },
        url: { type: String, required: true },
        events: [{ type: String, enum: ['order.created', 'order.paid', 'order.shipped'] }],
        filters: { siteIds: [mongoose.Schema.Types.ObjectId] },
        isActive: { type: Boolean, default: true },
        stats: {
          totalSent: { type: Number, default: 0 },
          totalFailed: { type: Number, default: 0 },
          lastSentAt: Date,
          lastError: String,
        },
      },
      { timestamps: true },
    ),
  )

const SITE = '65a000000000000000000003'
const fields: { appName: string; appSecret: string; url: string; events: 'order.created'[] } = {
  appName: 'swigs-workflow',
  appSecret: 'f'.repeat(64),
  url: 'https://workflow.example.com/hooks',
  events: ['order.created'],
}

describe.skipIf(mongoUri === null)(
  `mongooseStorage${mongoUri === null ? ` (not here: ${NO_SERVER})` : ''}`,
  () => {
    let connection: Connection
    let connect: () => Promise<Connection>
    let cleanup: () => Promise<void>

    beforeEach(async () => {
      ;({ connection, connect, cleanup } = await freshDatabase())
    })
    afterEach(() => cleanup())

    const dispatcherOn = (given: Connection) => {
      const transport = recordingTransport()
      const webhooks = createDispatcher({
        storage: mongooseStorage(given),
        transport,
        clock: fakeClock(),
        network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
      })
      return { webhooks, transport }
    }

    it('serves a subscription that the seed’s own model wrote, and moves its stats where that model reads them', async () => {
      const Model = registerSeedModel(connection)
      const written = await Model.create({ ...fields, filters: { siteIds: [SITE] } })
      const { webhooks, transport } = dispatcherOn(connection)
      expect(await webhooks.subscriptions.get(written.id as string)).toMatchObject({
        appName: 'swigs-workflow',
        filters: { siteIds: [SITE] },
        isActive: true,
      })
      await webhooks.dispatch('order.created', { n: 1 }, new mongoose.Types.ObjectId(SITE))
      await webhooks.dispatch('order.created', { n: 2 }, randomUUID())
      await webhooks.drain()
      expect(transport.requests.map(({ json }) => json.data)).toEqual([{ n: 1 }])
      const read = await Model.findById(written.id)
      expect(read?.stats).toMatchObject({ totalSent: 1, totalFailed: 0, lastSentAt: expect.any(Date) })
      await webhooks.stop()
    })

    it('serves a document with nothing but the seed’s required fields', async () => {
      await connection.collection('webhooksubscriptions').insertOne({ ...fields, isActive: true })
      const { webhooks, transport } = dispatcherOn(connection)
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      expect(transport.requests).toHaveLength(1)
      const [view] = (await webhooks.subscriptions.list()).items
      expect(view).toMatchObject({
        filters: { siteIds: [] },
        stats: { totalSent: 1 },
        headers: {},
        rateLimit: null,
      })
      await webhooks.stop()
    })

    it('writes what the seed’s model reads, with the model registered before and after', async () => {
      const { webhooks } = dispatcherOn(connection)
      const created = await webhooks.subscriptions.create({ ...fields, filters: { siteIds: [SITE] } })
      const read = await registerSeedModel(connection).findById(created.id)
      expect(read).toMatchObject({ ...fields, isActive: true, stats: { totalSent: 0 } })
      expect(read?.filters?.siteIds.map(String)).toEqual([SITE])
      await webhooks.stop()
    })

    it('is indifferent to the Mongoose that the app has: 8 as well as 9', async () => {
      const older = await mongoose8.createConnection(mongoUri ?? '', { dbName: connection.name }).asPromise()
      const { webhooks, transport } = dispatcherOn(older as unknown as Connection)
      await webhooks.subscriptions.create({ ...fields, events: ['order.*'] })
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      expect(transport.requests).toHaveLength(1)
      await webhooks.stop()
      await older.close()
    })

    it('leaves the caller’s connection open', async () => {
      const { webhooks } = dispatcherOn(connection)
      await webhooks.stats()
      await webhooks.stop()
      expect(connection.readyState).toBe(1)
    })

    it('keeps hostile values from becoming operators', async () => {
      const { webhooks } = dispatcherOn(connection)
      await webhooks.subscriptions.create(fields)
      for (const value of [{ $gt: '' }, { $ne: null }, ['x'], null, 7] as unknown as string[]) {
        await expect(webhooks.subscriptions.get(value)).rejects.toMatchObject({ code: 'NOT_FOUND' })
        await expect(webhooks.deliveries.get(value)).rejects.toMatchObject({ code: 'NOT_FOUND' })
        await expect(webhooks.events.get(value)).rejects.toMatchObject({ code: 'NOT_FOUND' })
        if (value !== null)
          await expect(webhooks.deliveries.list({ subscriptionId: value })).rejects.toMatchObject({
            code: 'INVALID_OPTIONS',
          })
      }
      await webhooks.stop()
    })

    it('spends at most 0.2 commands on a delivery in batches of 64', async () => {
      const monitored = await mongoose
        .createConnection(mongoUri ?? '', { dbName: connection.name, monitorCommands: true })
        .asPromise()
      const { webhooks, transport } = dispatcherOn(monitored)
      for (let index = 0; index < 8; index += 1)
        await webhooks.subscriptions.create({ ...fields, appName: `app-${index}` })
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      const before = transport.requests.length
      let commands = 0
      monitored.getClient().on('commandStarted', () => (commands += 1))
      await Promise.all(Array.from({ length: 64 }, () => webhooks.dispatch('order.created', {})))
      await webhooks.drain()
      const deliveries = transport.requests.length - before
      expect(deliveries).toBe(512)
      expect(commands / deliveries).toBeLessThanOrEqual(0.2)
      await webhooks.stop()
      await monitored.close()
    })

    it('says STORAGE_UNAVAILABLE when the server is not there, and nothing is accepted', async () => {
      const gone = await connect()
      const storage = mongooseStorage(gone)
      await storage.open()
      await gone.close()
      const event = {
        id: 'evt_1',
        type: 'a',
        siteId: null,
        body: '{}',
        occurredAt: 0,
        acceptedAt: 0,
        onlyFor: null,
      }
      await expect(storage.outbox.append({ events: [event], sweepAt: 0 })).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
      })
      expect(await connection.collection('webhookevents').countDocuments()).toBe(0)
    })

    describe('append in a session', () => {
      const event = {
        id: 'evt_1',
        type: 'a',
        siteId: null,
        body: '{}',
        occurredAt: 0,
        acceptedAt: 0,
        onlyFor: null,
      }
      const transactions = async () => {
        const hello = await connection.db?.command({ isMaster: 1 })
        return hello?.['setName'] !== undefined
      }

      it('commits with the caller’s writes or vanishes with them; without transactions it is SESSION_UNSUPPORTED at once', async () => {
        const storage = mongooseStorage(connection)
        await storage.open()
        if (!(await transactions())) {
          const append = storage.outbox.append({
            events: [event],
            sweepAt: 0,
            session: { inTransaction: () => true },
          })
          await expect(append).rejects.toMatchObject({
            code: 'SESSION_UNSUPPORTED',
            message: expect.stringMatching(/--replSet/),
          })
          return
        }
        const session = await connection.startSession()
        await session.withTransaction(async () => {
          await storage.outbox.append({ events: [event], sweepAt: 0, session })
          expect(await storage.outbox.get(['evt_1'])).toEqual([])
        })
        expect(await storage.outbox.get(['evt_1'])).toHaveLength(1)
        const aborted = session.withTransaction(async () => {
          await storage.outbox.append({ events: [{ ...event, id: 'evt_2' }], sweepAt: 0, session })
          throw new Error('the order was not saved')
        })
        await expect(aborted).rejects.toThrow('the order was not saved')
        expect(await storage.outbox.get(['evt_2'])).toEqual([])
        await session.endSession()
      })

      it('is exactly one insert, on that session, and nothing else', async () => {
        const calls: unknown[] = []
        const session = { inTransaction: () => true }
        const recording = new Proxy(
          {},
          {
            get:
              (_target, method) =>
              async (...args: unknown[]) =>
                void calls.push([method, ...args]),
          },
        )
        const { mongoOutbox } = await import('../src/stores/outbox.js')
        const outbox = mongoOutbox(
          () =>
            ({
              events: recording,
              deliveries: recording,
              lanes: recording,
              subscriptions: recording,
            }) as never,
          (given) => given as never,
        )
        expect(await outbox.append({ events: [event], sweepAt: 5, session })).toEqual([true])
        const { id, ...rest } = event
        expect(calls).toEqual([['insertOne', { _id: id, ...rest, state: 0, sweepAt: 5 }, { session }]])
      })
    })
  },
)
