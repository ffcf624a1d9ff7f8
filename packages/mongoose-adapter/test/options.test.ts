import mongoose, { type Connection } from 'mongoose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { boundWaiting } from '../src/bound-waiting.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { dispatcherOn, fields } from './fixtures.js'
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
    const { append } = boundWaiting('events', { append: never }, 20)
    await expect(append()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/events\.append within 20 ms/),
    })
  })

  it('leaves a call in the caller’s session alone: one session takes one operation at a time', async () => {
    let answer = (_value: string): void => undefined
    const slow = (_input: { session: object }) => new Promise<string>((resolve) => (answer = resolve))
    const { append } = boundWaiting('events', { append: slow }, 1)
    const given = append({ session: {} })
    const late = boundWaiting('events', { append: never }, 5).append()
    await expect(late).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    answer('stored')
    await expect(given).resolves.toBe('stored')
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
      lanes: 'hook-lanes',
    }
    const { webhooks, transport } = dispatcherOn(mongooseStorage(own, { collections }))
    await webhooks.subscriptions.create(fields)
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    for (const name of Object.values(collections)) expect(await own.collection(name).countDocuments()).toBe(1)
    const names = (await own.listCollections()).map(({ name }) => name)
    expect(names.filter((name) => name.startsWith('webhook'))).toEqual([])
    await webhooks.stop()
  })
})
