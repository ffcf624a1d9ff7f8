import type { Connection, mongo } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createIndexes } from '../src/indexes.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { collectionsOn, dispatcherOn, fields } from './fixtures.js'
import { describeOnMongo, freshDatabase } from './support.js'

const DAY_MS = 86_400_000

/** Collections whose `createIndex` fails as it is told, and a database that notes its commands. */
const refusing = (code: number) => {
  const commands: object[] = []
  const made: { name: string; expireAfterSeconds?: number }[] = []
  const collection = (collectionName: string) => ({
    collectionName,
    createIndex: async (_key: object, options: { name: string; expireAfterSeconds?: number }) => {
      made.push(options)
      if (options.name === 'webhooks_settled_ttl')
        throw Object.assign(new Error('no'), { code, codeName: `Code${code}` })
    },
  })
  const names = ['subscriptions', 'events', 'deliveries', 'attempts', 'lanes', 'replays', 'metrics'] as const
  const collections = Object.fromEntries(names.map((name) => [name, collection(name)]))
  const database = { command: async (command: object) => void commands.push(command) }
  const create = (ttlMs: number) => createIndexes(database as never, collections as never, ttlMs)
  return { commands, made, create }
}

describeOnMongo('indexes', () => {
  let connection: Connection
  let connect: Awaited<ReturnType<typeof freshDatabase>>['connect']
  let cleanup: () => Promise<void>
  const warnings: object[] = []
  const logger = { warn: (details: object) => void warnings.push(details) }

  beforeEach(async () => {
    warnings.length = 0
    ;({ connection, connect, cleanup } = await freshDatabase())
  })
  afterEach(() => cleanup())

  /** The indexes that a client asks the server for. */
  const asked = async (work: (given: Connection) => Promise<void>) => {
    const monitored = await connect({ monitorCommands: true })
    const indexes: mongo.IndexDescription[] = []
    monitored.getClient().on('commandStarted', ({ commandName, command }) => {
      if (commandName === 'createIndexes')
        indexes.push(...(command as { indexes: mongo.IndexDescription[] }).indexes)
    })
    await work(monitored)
    await monitored.close()
    return indexes
  }

  it('are made at start, the one that deletes what has settled with the dispatcher’s retention', async () => {
    const made = await asked(async (monitored) => {
      const { webhooks } = dispatcherOn(mongooseStorage(monitored, { logger }), { retentionMs: 7 * DAY_MS })
      await webhooks.stats()
      await webhooks.stop()
    })
    expect(made.find(({ name }) => name === 'webhooks_settled_ttl')).toEqual({
      name: 'webhooks_settled_ttl',
      key: new Map([['doneAt', 1]]),
      expireAfterSeconds: (7 * DAY_MS) / 1_000,
      partialFilterExpression: { state: { $gt: 0 } },
    })
    expect(made.length).toBeGreaterThan(12)
    expect(warnings).toEqual([])
  })

  it('are left to the app with autoIndex: false, which is told what is missing, and goes on', async () => {
    const made = await asked(async (monitored) => {
      const { webhooks, transport } = dispatcherOn(mongooseStorage(monitored, { autoIndex: false, logger }))
      await webhooks.subscriptions.create(fields)
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      expect(transport.requests).toHaveLength(1)
      await webhooks.stop()
    })
    expect(made).toEqual([])
    expect(warnings).toEqual([
      { indexes: expect.arrayContaining(['webhookdeliveries.webhooks_due (missing)']) },
    ])
  })

  it('can be made by hand, and deletion by MongoDB be left out', async () => {
    const made = await asked(async (monitored) => {
      const storage = mongooseStorage(monitored, { autoIndex: false, ttl: false, logger })
      await storage.open({ retentionMs: DAY_MS })
      expect(await storage.createIndexes()).toEqual([])
    })
    expect(made.map(({ name }) => name)).toContain('webhooks_due')
    expect(made.map(({ name }) => name)).not.toContain('webhooks_settled_ttl')
  })

  it('of version 0.1 that nothing needs any more are dropped, which is said', async () => {
    const { deliveries } = collectionsOn(connection)
    await deliveries.createIndex({ eventId: 1, createdAt: -1, _id: -1 }, { name: 'webhooks_event' })
    await deliveries.createIndex({ eventId: 1 }, { name: 'an_index_of_the_apps_own' })
    const names = async () => (await deliveries.indexes()).map(({ name }) => name)
    const open = (autoIndex: boolean) => mongooseStorage(connection, { logger, autoIndex, ttl: false }).open()
    await open(false)
    expect(await names()).toContain('webhooks_event')
    warnings.length = 0
    await open(true)
    expect(warnings).toEqual([{ indexes: ['webhookdeliveries.webhooks_event'] }])
    expect(await names()).toContain('an_index_of_the_apps_own')
    expect(await names()).not.toContain('webhooks_event')
  })

  it('are seven at most on a delivery, the one that deletes included, and none on an attempt', async () => {
    const storage = mongooseStorage(connection, { logger })
    await storage.open({ retentionMs: DAY_MS })
    const { deliveries, attempts } = collectionsOn(connection)
    await attempts.insertOne({ _id: 'one', number: 1 })
    expect((await deliveries.indexes()).filter(({ name }) => name !== '_id_')).toHaveLength(7)
    expect(await attempts.indexes()).toHaveLength(1)
  })

  it('that a server refuses are reported by name, and the others are made', async () => {
    const { made, create } = refusing(67)
    expect(await create(DAY_MS)).toEqual(['deliveries.webhooks_settled_ttl (Code67)'])
    expect(made.length).toBeGreaterThan(12)
  })

  it('change their period in place when the retention has changed', async () => {
    const { commands, create } = refusing(85)
    expect(await create(2 * DAY_MS)).toEqual([])
    const index = { name: 'webhooks_settled_ttl', expireAfterSeconds: 172_800 }
    expect(commands).toEqual([{ collMod: 'deliveries', index }])
  })

  it('find a date in what has settled, and none in what is pending', async () => {
    const { webhooks, receiver } = dispatcherOn(mongooseStorage(connection, { logger }))
    const { id: subscriptionId } = await webhooks.subscriptions.create(fields)
    const doneAt = async (id: string) =>
      (await collectionsOn(connection).deliveries.findOne({ _id: id }))?.doneAt ?? null
    const happen = async (status: number) => {
      receiver.status = status
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      return (await webhooks.deliveries.list({ limit: 1 })).items[0]?.id ?? ''
    }
    const delivered = await happen(200)
    const failed = await happen(404)
    const pending = await happen(503)
    expect(await doneAt(delivered)).toBeInstanceOf(Date)
    expect(await doneAt(failed)).toBeInstanceOf(Date)
    expect(await doneAt(pending)).toBeNull()
    await webhooks.deliveries.cancel(pending)
    expect(await doneAt(pending)).toBeInstanceOf(Date)
    await webhooks.deliveries.resend(delivered)
    expect(await doneAt(delivered)).toBeNull()
    expect(await webhooks.deliveries.recover({ subscriptionId, since: 0 })).toEqual({ count: 1 })
    expect(await doneAt(failed)).toBeNull()
    await webhooks.subscriptions.remove(subscriptionId)
    expect(await doneAt(failed)).toBeInstanceOf(Date)
    await webhooks.stop()
  })
})
