import { systemClock, type ObservedEvent } from '@swigs/webhooks-dispatcher'
import mongoose from 'mongoose'
import { expect, inject, it } from 'vitest'
import { runProgram } from '../../../tools/mongo-server/run-program.js'
import { startOwnMongo } from '../../../tools/mongo-server/start-mongo.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { dispatcherOn, fields } from './fixtures.js'
import { describeOnMongo } from './support.js'

/** The server of this run once more, on its own; with that of `MONGODB_URI`, one that is installed here. */
const startServer = () => {
  const program = inject('mongo')?.program
  return program
    ? runProgram(program, { durable: true })
    : startOwnMongo({ mayInstall: false, durable: true })
}

describeOnMongo('a server that dies under load and comes back', () => {
  it('costs nothing that was accepted; workers wait, say so once, and go on by themselves', async ({
    skip,
    onTestFinished,
  }) => {
    const server = await startServer()
    if (!server) return skip('no MongoDB that can be killed')
    onTestFinished(() => server.stop())
    const options = { dbName: 'outage', serverSelectionTimeoutMS: 500 }
    const connection = await mongoose.createConnection(server.uri, options).asPromise()
    onTestFinished(() => connection.close())
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
    await expect.poll(() => arrived().size).toBeGreaterThan(50)
    await server.cut()
    await expect.poll(() => refused.length).toBeGreaterThan(8)
    await expect.poll(() => named('storage.unavailable')).toBe(1)
    loading = false
    await Promise.all(loads)
    for (const error of refused) expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await server.restore()

    const again: string[] = []
    await Promise.all(
      Array.from({ length: 20 }, () =>
        expect
          .poll(async () => {
            const { id } = await webhooks.dispatch('order.created', {}).catch(() => ({ id: null }))
            if (id !== null) again.push(id)
            return id
          })
          .not.toBeNull(),
      ),
    )
    const owed = [...accepted, ...again]
    await expect.poll(() => owed.filter((id) => !arrived().has(id))).toEqual([])
    await expect.poll(() => named('storage.recovered')).toBe(1)
    expect(named('storage.unavailable')).toBe(1)
    await webhooks.stop()
  })
})
