import { boundCalls } from '@swigs/webhooks-dispatcher/storage-kit'
import mongoose, { type Connection } from 'mongoose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { dispatcherOn, fields, newCall, sampleEvent, T0 } from './fixtures.js'
import { describeOnMongo, freshDatabase } from './support.js'

const connection = { asPromise: () => expect.unreachable() } as unknown as Connection

describe('options of mongooseStorage', () => {
  it.each([
    [undefined, {}, 'connection'],
    ['mongodb://127.0.0.1', {}, 'connection'],
    [connection, { colections: {} }, 'colections'],
    [connection, { collections: { event: 'x' } }, 'collections.event'],
    [connection, { collections: { events: '$x' } }, 'collections.events'],
    [connection, { collections: { events: 'same', lanes: 'same' } }, 'collections'],
    [connection, { operationTimeoutMs: 0 }, 'operationTimeoutMs'],
  ])('that are wrong are refused by name: %# %j', (given, options, path) => {
    expect(() => mongooseStorage(given as Connection, options as object)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', issues: [expect.objectContaining({ path })] }),
    )
  })
})

describe('a connection that nobody has opened', () => {
  it('is told of, with what to call', async () => {
    const { webhooks } = dispatcherOn(mongooseStorage(mongoose.createConnection()))
    await expect(webhooks.dispatch('order.created', {})).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('mongoose.connect(uri)'),
    })
  })
})

describe('operationTimeoutMs', () => {
  const never = () => new Promise(() => undefined)

  it('ends the waiting for a server that does not answer: STORAGE_UNAVAILABLE', async () => {
    const { append } = boundCalls('MongoDB', 'events', { append: never }, 20)
    await expect(append()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/events\.append within 20 ms/),
    })
  })

  it('leaves a call in the caller’s session alone: one session takes one operation at a time', async () => {
    let answer = (_value: string): void => undefined
    const slow = (_input: { session: object }) => new Promise<string>((resolve) => (answer = resolve))
    const { append } = boundCalls('MongoDB', 'events', { append: slow }, 1)
    const given = append({ session: {} })
    const late = boundCalls('MongoDB', 'events', { append: never }, 5).append()
    await expect(late).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    answer('stored')
    await expect(given).resolves.toBe('stored')
  })

  it('bounds the very first call too, where no server is there to connect to', async () => {
    const away = { asPromise: never, base: mongoose } as unknown as Connection
    const { webhooks } = dispatcherOn(mongooseStorage(away, { operationTimeoutMs: 30 }))
    for (let time = 0; time < 2; time += 1)
      await expect(webhooks.dispatch('order.created', {})).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('30 ms'),
      })
  })
})

describeOnMongo('a connection that comes late', () => {
  it('is waited for by whoever asks again, and opened on once', async () => {
    const { connection: ready, cleanup } = await freshDatabase()
    let connect = (_ready: Connection): void => undefined
    const late = new Promise<Connection>((resolve) => (connect = resolve))
    let asked = 0
    const asPromise = () => ((asked += 1), late)
    const pending = { asPromise, base: mongoose } as unknown as Connection
    const storage = mongooseStorage(pending, { operationTimeoutMs: 2_000 })
    const impatient = boundCalls('MongoDB', 'storage', { open: () => storage.open() }, 20)
    await expect(impatient.open()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    const second = storage.open()
    connect(ready)
    await second
    const input = { callId: newCall(), events: [sampleEvent()], visibleAt: T0 }
    expect(await storage.events.append(input)).toEqual([true])
    expect(asked).toBe(1)
    await cleanup()
  })
})

describeOnMongo('names of collections', () => {
  let own: Connection
  let cleanup: () => Promise<void>

  beforeEach(async () => {
    ;({ connection: own, cleanup } = await freshDatabase())
  })
  afterEach(() => cleanup())

  it('can be chosen, all of them', async () => {
    const collections = {
      subscriptions: 'hooks',
      events: 'hook-events',
      deliveries: 'hook-deliveries',
      attempts: 'hook-attempts',
      lanes: 'hook-lanes',
      replays: 'hook-replays',
      metrics: 'hook-metrics',
    }
    const { webhooks, transport } = dispatcherOn(mongooseStorage(own, { collections }))
    await webhooks.subscriptions.create(fields)
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    await webhooks.deliveries.replay({ since: 0, which: 'failed' })
    for (const name of Object.values(collections)) expect(await own.collection(name).countDocuments()).toBe(1)
    const names = (await own.listCollections()).map(({ name }) => name)
    expect(names.filter((name) => name.startsWith('webhook'))).toEqual([])
    await webhooks.stop()
  })
})
