import { randomUUID } from 'node:crypto'
import mongoose, { type Connection } from 'mongoose'
// @ts-expect-error an alias of mongoose 8, whose types name the module mongoose
import mongoose8 from 'mongoose8'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { dispatcherOn, fields, registerSeedModel } from './fixtures.js'
import { describeOnMongo, freshDatabase, mongoUri } from './support.js'

const SITE = '65a000000000000000000003'

describeOnMongo('the seed’s own documents', () => {
  let connection: Connection
  let cleanup: () => Promise<void>
  const raw = () => connection.collection('webhooksubscriptions')
  const deliverOne = async () => {
    const { webhooks, transport } = dispatcherOn(mongooseStorage(connection))
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await webhooks.stop()
    return transport.requests
  }

  beforeEach(async () => {
    ;({ connection, cleanup } = await freshDatabase())
  })
  afterEach(() => cleanup())

  it('are served when its model wrote them, and their stats move where that model reads them', async () => {
    const Model = registerSeedModel(connection)
    const written = await Model.create({ ...fields, filters: { siteIds: [SITE] } })
    const { webhooks, transport } = dispatcherOn(mongooseStorage(connection))
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

  it('are served with nothing in them but what it requires', async () => {
    await raw().insertOne({ ...fields })
    expect(await deliverOne()).toHaveLength(1)
    const { webhooks } = dispatcherOn(mongooseStorage(connection))
    const [view] = (await webhooks.subscriptions.list()).items
    expect(view).toMatchObject({
      filters: { siteIds: [] },
      isActive: true,
      stats: { totalSent: 1 },
      headers: {},
      rateLimit: null,
    })
    await webhooks.stop()
  })

  it('keep their deliveries even where statistics cannot be written into them', async () => {
    const warnings: object[] = []
    await raw().insertMany([
      { ...fields, appName: 'broken', stats: 'none' },
      { ...fields, appName: 'sound' },
    ])
    const logger = { warn: (details: object) => void warnings.push(details) }
    const { webhooks, transport } = dispatcherOn(mongooseStorage(connection, { logger }))
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(transport.requests).toHaveLength(2)
    expect(await webhooks.stats()).toMatchObject({ delivered: 2, pending: 0 })
    expect(await raw().findOne({ appName: 'sound' })).toMatchObject({ stats: { totalSent: 1 } })
    expect(warnings).toHaveLength(1)
    await webhooks.stop()
  })

  it('can be written by us for its model to read, registered before or after', async () => {
    const { webhooks } = dispatcherOn(mongooseStorage(connection))
    const created = await webhooks.subscriptions.create({ ...fields, filters: { siteIds: [SITE] } })
    const read = await registerSeedModel(connection).findById(created.id)
    expect(read).toMatchObject({ ...fields, isActive: true, stats: { totalSent: 0 } })
    expect(read?.filters?.siteIds.map(String)).toEqual([SITE])
    await webhooks.stop()
  })

  it('never meet a model of ours: the app can register WebhookSubscription whenever it likes', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    expect(connection.modelNames()).toEqual([])
    registerSeedModel(connection)
    await mongooseStorage(connection).open()
    expect(connection.modelNames()).toEqual(['WebhookSubscription'])
    expect(mongoose.modelNames()).toEqual([])
  })

  it('sign with the secret that its model sets, and with what a rotation has left', async () => {
    const Model = registerSeedModel(connection)
    const { id } = (await Model.create(fields)) as { id: string }
    const { webhooks, transport } = dispatcherOn(mongooseStorage(connection))
    const { appSecret } = await webhooks.subscriptions.rotateSecret(id, { overlapMs: 60_000 })
    expect(await Model.findById(id)).toMatchObject({ appSecret })
    expect(await raw().findOne({})).toMatchObject({ previousSecrets: [{ value: fields.appSecret }] })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(String(transport.requests[0]?.headers['webhook-signature']).split(' ')).toHaveLength(2)
    await webhooks.stop()
  })

  it('keep sites that are no ObjectIds as strings, and match them as strings', async () => {
    const { webhooks, transport } = dispatcherOn(mongooseStorage(connection))
    await webhooks.subscriptions.create({ ...fields, filters: { siteIds: ['shop-7', SITE] } })
    expect((await raw().findOne({}))?.['filters']).toEqual({
      siteIds: ['shop-7', new mongoose.Types.ObjectId(SITE)],
    })
    for (const site of ['shop-7', SITE, 'shop-8']) await webhooks.dispatch('order.created', { site }, site)
    await webhooks.drain()
    expect(new Set(transport.requests.map(({ json }) => json.data))).toEqual(
      new Set([{ site: 'shop-7' }, { site: SITE }]),
    )
    expect(transport.requests).toHaveLength(2)
    await webhooks.stop()
  })

  it('are the same to the Mongoose 8 that an app may have', async () => {
    const older = await mongoose8.createConnection(mongoUri, { dbName: connection.name }).asPromise()
    const { webhooks, transport } = dispatcherOn(mongooseStorage(older as unknown as Connection))
    await webhooks.subscriptions.create({ ...fields, filters: { siteIds: [SITE] } })
    await webhooks.dispatch('order.created', {}, SITE)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    await webhooks.stop()
    await older.close()
    expect(await registerSeedModel(connection).findOne()).toMatchObject({ stats: { totalSent: 1 } })
  })
})
