import { systemClock } from '@swigs/webhooks-dispatcher'
import mongoose, { type Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { mongoEvents } from '../src/stores/events.js'
import { contextOn, dispatcherOn, fields, newCall, sampleDelivery, sampleEvent, T0 } from './fixtures.js'
import { describeOnMongo, freshDatabase, itNeeds } from './support.js'

describeOnMongo('append in the caller’s session', () => {
  let connection: Connection
  let connect: () => Promise<Connection>
  let cleanup: () => Promise<void>

  beforeEach(async () => {
    ;({ connection, connect, cleanup } = await freshDatabase())
  })
  afterEach(() => cleanup())

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
    const all = { events: recording, deliveries: recording, lanes: recording, subscriptions: recording }
    const store = mongoEvents(contextOn(all), (given) => given as never)
    const event = sampleEvent()
    const input = { callId: newCall(), events: [event], visibleAt: 5, session }
    expect(await store.append(input)).toEqual([true])
    const { id, target, ...rest } = event
    const document = { _id: id, ...rest, onlyFor: target, state: 0, sweepAt: 5 }
    expect(calls).toEqual([['insertOne', document, { session }]])
  })

  it.each([
    ['a conflict that the transaction is repeated over', 112, ['TransientTransactionError'], null],
    ['a key that was used before', 11000, [], 'CONFLICT'],
    ['a server that is shutting down', 91, [], 'STORAGE_UNAVAILABLE'],
    ['a refusal', 13, [], 'STORAGE_FAILED'],
  ])('that meets %s says so to whoever repeats it, or to the caller', async (_what, code, labels, ours) => {
    const error = new mongoose.mongo.MongoServerError({ message: 'no', code, errorLabels: labels })
    const events = { insertOne: () => Promise.reject(error) }
    const store = mongoEvents(contextOn({ events }), (given) => given as never)
    const thrown = await store
      .append({ callId: newCall(), events: [sampleEvent()], visibleAt: 5, session: {} })
      .catch((given: unknown) => given)
    // `withTransaction` knows its own error by class and label.
    if (ours === null) expect(thrown).toBe(error)
    else expect(thrown).toMatchObject({ code: ours })
  })

  itNeeds('transactions', 'commits with the caller’s writes, or vanishes with them', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    const [kept, dropped] = [sampleEvent(), sampleEvent()]
    const session = await connection.startSession()
    await session.withTransaction(async () => {
      await storage.events.append({ callId: newCall(), events: [kept], visibleAt: 0, session })
      expect(await storage.events.get([kept.id])).toEqual([])
    })
    expect(await storage.events.get([kept.id])).toHaveLength(1)
    const aborted = session.withTransaction(async () => {
      await storage.events.append({ callId: newCall(), events: [dropped], visibleAt: 0, session })
      throw new Error('the order was not saved')
    })
    await expect(aborted).rejects.toThrow('the order was not saved')
    expect(await storage.events.get([dropped.id])).toEqual([])
    await session.endSession()
  })

  itNeeds('transactions', 'leaves one event when the callback is run again', async () => {
    const { webhooks, transport } = dispatcherOn(mongooseStorage(connection))
    await webhooks.subscriptions.create(fields)
    const orders = connection.collection<{ _id: string; n: number }>('orders')
    await orders.insertOne({ _id: 'one', n: 0 })
    let runs = 0
    const session = await connection.startSession()
    await session.withTransaction(async () => {
      runs += 1
      await orders.findOne({ _id: 'one' }, { session })
      // Somebody else was faster: the server gives this run up, and the driver makes another.
      if (runs === 1) await orders.updateOne({ _id: 'one' }, { $inc: { n: 1 } })
      await webhooks.dispatch('order.created', { runs }, { session })
      await orders.updateOne({ _id: 'one' }, { $inc: { n: 1 } }, { session })
    })
    await session.endSession()
    await webhooks.drain()
    expect(runs).toBe(2)
    expect(transport.requests.map(({ json }) => json.data)).toEqual([{ runs: 2 }])
    await webhooks.stop()
  })

  itNeeds(
    'transactions',
    'is repeated by withTransaction when the insert itself meets a conflict',
    async () => {
      const storage = mongooseStorage(connection)
      await storage.open()
      const event = sampleEvent()
      const [first, second] = [await connection.startSession(), await connection.startSession()]
      first.startTransaction()
      await storage.events.append({ callId: newCall(), events: [event], visibleAt: 0, session: first })
      let runs = 0
      await second.withTransaction(async () => {
        runs += 1
        if (runs === 2) await first.abortTransaction()
        await storage.events.append({ callId: newCall(), events: [event], visibleAt: 0, session: second })
      })
      expect(runs).toBeGreaterThanOrEqual(2)
      expect(await storage.events.get([event.id])).toHaveLength(1)
      await Promise.all([first.endSession(), second.endSession()])
    },
  )

  itNeeds('transactions', 'says what to do about a key that was used before', async () => {
    const { webhooks } = dispatcherOn(mongooseStorage(connection))
    await webhooks.dispatch('order.paid', {}, { idempotencyKey: 'k1' })
    const session = await connection.startSession()
    const again = session.withTransaction(() =>
      webhooks.dispatch('order.paid', {}, { idempotencyKey: 'k1', session }),
    )
    await expect(again).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/commit/) })
    await session.endSession()
    await webhooks.stop()
  })

  itNeeds('transactions', 'refuses a session of another connection', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    const other = await connect()
    const session = await other.startSession()
    session.startTransaction()
    const append = storage.events.append({
      callId: newCall(),
      events: [sampleEvent()],
      visibleAt: 0,
      session,
    })
    await expect(append).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
    await session.endSession()
    await other.close()
  })

  itNeeds('changeStreams', 'is seen by a watching process once it is committed', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    let hints = 0
    const unwatch = await storage.watch?.(() => void (hints += 1))
    const commit = () =>
      connection.transaction((session) =>
        storage.events.append({ callId: newCall(), events: [sampleEvent()], visibleAt: 0, session }),
      )
    // More than one, as the stream may not have been open yet for the first.
    await expect.poll(async () => (await commit(), hints), { interval: 200 }).toBeGreaterThan(0)
    await unwatch?.()
  })

  itNeeds('changeStreams', 'is delivered at once when it commits, however seldom is polled', async () => {
    const storage = mongooseStorage(connection)
    const { webhooks, transport } = dispatcherOn(storage, { clock: systemClock(), pollIntervalMs: 60_000 })
    await webhooks.subscriptions.create(fields)
    await webhooks.start()
    const order = () =>
      connection.transaction((session) => webhooks.dispatch('order.created', {}, { session }))
    // More than one, for the same reason.
    await expect
      .poll(async () => (await order(), transport.requests.length), { interval: 200 })
      .toBeGreaterThan(0)
    await webhooks.stop()
  })

  itNeeds(
    'changeStreams',
    'and a fan-out that is announced are all that a watching process is told of',
    async () => {
      const storage = mongooseStorage(connection)
      await storage.open()
      let hints = 0
      const unwatch = await storage.watch?.(() => void (hints += 1))
      const accept = async (announce: boolean, deliver = true) => {
        const event = sampleEvent()
        await storage.events.append({ callId: newCall(), events: [event], visibleAt: 0 })
        const deliveries = deliver ? [sampleDelivery(event, '65a0000000000000000000aa')] : []
        await storage.events.fanOut({ now: T0, eventIds: [event.id], deliveries, announce })
      }
      await expect
        .poll(async () => (await accept(true), hints), { timeout: 20_000, interval: 200 })
        .toBeGreaterThan(0)
      const quiet = async () => {
        let before = -1
        await expect
          .poll(() => hints === before || ((before = hints), false), { timeout: 20_000, interval: 300 })
          .toBe(true)
        return hints
      }
      const before = await quiet()
      for (let index = 0; index < 5; index += 1) {
        await accept(false)
        await accept(true, false)
      }
      await accept(true)
      // Told in order: when the last one is heard of, all before it would have been. Once at once, and twice for lanes that
      // another process would have been first at.
      await expect.poll(() => hints, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + 3)
      expect(await quiet()).toBe(before + 3)
      await unwatch?.()
    },
  )

  itNeeds(
    'changeStreams',
    'is not needed for a process without workers to be heard by one with them, however seldom that polls',
    async () => {
      const work = dispatcherOn(mongooseStorage(connection), { clock: systemClock(), pollIntervalMs: 60_000 })
      const web = dispatcherOn(mongooseStorage(connection), { clock: systemClock() })
      await web.webhooks.subscriptions.create(fields)
      await work.webhooks.start()
      const arrived = () => work.transport.requests.length
      const order = () => web.webhooks.dispatch('order.created', {})
      // More than one, as the stream may not have been open yet for the first.
      await expect
        .poll(async () => (await order(), arrived()), { timeout: 20_000, interval: 200 })
        .toBeGreaterThan(0)
      // Its lane was given back, and is nobody's in particular: each of the next is heard of, too.
      for (let index = 0; index < 5; index += 1) {
        const before = arrived()
        await order()
        await expect.poll(arrived, { timeout: 20_000 }).toBeGreaterThan(before)
      }
      expect(web.transport.requests).toEqual([])
      await web.webhooks.stop()
      await work.webhooks.stop()
    },
  )
})
