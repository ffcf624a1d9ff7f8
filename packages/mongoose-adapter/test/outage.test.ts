import { randomUUID } from 'node:crypto'
import { systemClock, type ObservedEvent } from '@swigs/webhooks-dispatcher'
import mongoose, { type Connection } from 'mongoose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startOwnMongo, type TestMongo } from '../../../tools/mongo-server/start-mongo.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { dispatcherOn, fields } from './fixtures.js'
import { describeOnMongo } from './support.js'

describeOnMongo('a server that dies under load and comes back', () => {
  let server: TestMongo
  let connection: Connection

  beforeAll(async () => {
    const own = await startOwnMongo()
    if (!own?.power) throw new Error('no MongoDB that can be killed')
    server = own
    const options = { dbName: `outage-${randomUUID().slice(0, 8)}`, serverSelectionTimeoutMS: 500 }
    connection = await mongoose.createConnection(server.uri, options).asPromise()
  })
  afterAll(async () => {
    await connection.close()
    await server.stop()
  })

  it(
    'costs nothing that was accepted; workers wait, say so once, and go on by themselves',
    { timeout: 120_000 },
    async () => {
      const observed: ObservedEvent[] = []
      const storage = mongooseStorage(connection, { operationTimeoutMs: 2_000 })
      const { webhooks, transport } = dispatcherOn(storage, {
        clock: systemClock(),
        pollIntervalMs: 50,
        rateLimit: false,
        observer: (event) => observed.push(event),
      })
      const named = (name: ObservedEvent['name']) => observed.filter((event) => event.name === name).length
      const arrived = () => new Set(transport.requests.map(({ json }) => json.id))
      await webhooks.subscriptions.create(fields)
      await webhooks.start()

      // Load that goes on while the server dies.
      const accepted: string[] = []
      const refused: unknown[] = []
      let loading = true
      const load = async () => {
        while (loading)
          await webhooks.dispatch('order.created', {}).then(
            ({ id }) => accepted.push(id ?? ''),
            (error: unknown) => refused.push(error),
          )
      }
      const loads = Array.from({ length: 8 }, load)
      await expect.poll(() => arrived().size, { timeout: 10_000 }).toBeGreaterThan(50)
      await server.power?.cut()
      await expect.poll(() => refused.length, { timeout: 10_000 }).toBeGreaterThan(8)
      await expect.poll(() => named('storage.unavailable'), { timeout: 10_000 }).toBe(1)
      loading = false
      await Promise.all(loads)
      for (const error of refused) expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
      await server.power?.restore()

      // One that keeps nothing in memory alone has lost the subscription too.
      if (!server.durable) {
        await expect
          .poll(
            () =>
              webhooks.stats().then(
                () => true,
                () => false,
              ),
            { timeout: 20_000 },
          )
          .toBe(true)
        await webhooks.subscriptions.create(fields)
      }
      const again: string[] = []
      await Promise.all(
        Array.from({ length: 20 }, () =>
          expect
            .poll(
              async () => {
                const { id } = await webhooks.dispatch('order.created', {}).catch(() => ({ id: null }))
                if (id !== null) again.push(id)
                return id
              },
              { timeout: 20_000 },
            )
            .not.toBeNull(),
        ),
      )
      const owed = server.durable ? [...accepted, ...again] : again
      await expect.poll(() => owed.filter((id) => !arrived().has(id)), { timeout: 30_000 }).toEqual([])
      await expect.poll(() => named('storage.recovered'), { timeout: 20_000 }).toBe(1)
      expect(named('storage.unavailable')).toBe(1)
      await webhooks.stop()
    },
  )
})
