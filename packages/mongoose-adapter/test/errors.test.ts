import mongoose, { type Connection } from 'mongoose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { guarded } from '../src/errors.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { mongoEvents } from '../src/stores/events.js'
import { collectionsOn, contextOn, newCall, openAtLast, sampleEvent, T0 } from './fixtures.js'
import { describeOnMongo, freshDatabase } from './support.js'

const { MongoBulkWriteError, MongoNetworkError, MongoServerError, MongoServerSelectionError } = mongoose.mongo

const server = (code: number, codeName: string) => new MongoServerError({ message: codeName, code, codeName })

/** What drivers throw while a primary steps down, a server dies, or a pool has nothing left. */
const AWAY: readonly [string, Error][] = [
  ['the primary stepped down', server(189, 'PrimarySteppedDown')],
  ['not the primary any more', server(10107, 'NotWritablePrimary')],
  ['interrupted by a step-down', server(11602, 'InterruptedDueToReplStateChange')],
  ['the server shuts down', server(91, 'ShutdownInProgress')],
  ['no primary to read from', server(13435, 'NotPrimaryNoSecondaryOk')],
  ['a write conflict', server(112, 'WriteConflict')],
  ['no majority in time', server(64, 'WriteConcernFailed')],
  ['no primary behind a mongos', server(133, 'FailedToSatisfyReadPreference')],
  ['a cursor that went with its server', server(43, 'CursorNotFound')],
  ['a dead socket', new MongoNetworkError('connection 7 to 127.0.0.1:27017 closed')],
  ['a reset without a class', Object.assign(new Error('read ECONNRESET'), { name: 'Error' })],
  ['no server to be found', new MongoServerSelectionError('no primary', {} as never)],
  ['an empty pool', Object.assign(new Error('Timed out'), { name: 'MongoWaitQueueTimeoutError' })],
  [
    'a server that left the set',
    Object.assign(new Error('Server is closed'), { name: 'MongoServerClosedError' }),
  ],
  [
    'no answer within timeoutMS',
    Object.assign(new Error('Timed out'), { name: 'MongoOperationTimeoutError' }),
  ],
  [
    'a batch that got no connection',
    new MongoBulkWriteError(new Error('Timed out while checking out a connection') as never, {} as never),
  ],
  [
    'a client that is not connected',
    Object.assign(new Error('must be connected'), { name: 'MongoNotConnectedError' }),
  ],
]

describe('what the driver throws', () => {
  it.each(AWAY)(
    'when there is %s is STORAGE_UNAVAILABLE, the driver’s own words in its cause',
    async (_what, error) => {
      await expect(guarded('append', () => Promise.reject(error))).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('append'),
        cause: { message: error.message },
      })
    },
  )

  it.each([
    ['a refused index', server(67, 'CannotCreateIndex')],
    ['a missing right', server(13, 'Unauthorized')],
  ])('for %s is STORAGE_FAILED: trying again would not help', async (_what, error) => {
    await expect(guarded('append', () => Promise.reject(error))).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    })
  })

  it('carries no document along', async () => {
    const error = Object.assign(server(121, 'DocumentValidationFailure'), {
      result: { insertedIds: {} },
      writeErrors: { index: 0, code: 121, op: { body: 'PAYLOADCANARY' } },
    })
    const thrown = await guarded('append', () => Promise.reject(error)).catch(
      (given: unknown) => given as Error,
    )
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain('PAYLOADCANARY')
    expect(JSON.stringify((thrown as Error).cause)).not.toContain('PAYLOADCANARY')
  })
})

describeOnMongo('accepting', () => {
  let connection: Connection
  let connect: Awaited<ReturnType<typeof freshDatabase>>['connect']
  let cleanup: () => Promise<void>

  beforeEach(async () => {
    ;({ connection, connect, cleanup } = await freshDatabase())
  })
  afterEach(() => cleanup())

  const stored = async () =>
    (await collectionsOn(connection).events.find().toArray()).map(({ _id }) => _id).sort()

  it('while a primary steps down fails or succeeds, never in between', async () => {
    await mongooseStorage(connection).open()
    const collections = collectionsOn(connection)
    let calls = 0
    const insertMany = async (documents: never) => {
      calls += 1
      if (calls % 3 === 1) throw server(189, 'PrimarySteppedDown')
      return collections.events.insertMany(documents, { ordered: false })
    }
    const stepping = { ...collections, events: { insertMany } }
    const store = mongoEvents(contextOn(stepping), () => expect.unreachable())
    const events = Array.from({ length: 9 }, () => sampleEvent())
    const outcomes = await Promise.allSettled(
      events.map((event) => store.append({ callId: newCall(), events: [event], visibleAt: T0 })),
    )
    const accepted = events
      .filter((_event, index) => outcomes[index]?.status === 'fulfilled')
      .map(({ id }) => id)
    expect(accepted).toHaveLength(6)
    expect(await stored()).toEqual(accepted.sort())
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })

  it('on a pool that is exhausted fails or succeeds, never in between', async () => {
    const narrow = await connect({ maxPoolSize: 1, waitQueueTimeoutMS: 50 })
    const storage = mongooseStorage(narrow)
    await openAtLast(storage)
    const events = Array.from({ length: 4_000 }, () => sampleEvent())
    const outcomes = await Promise.allSettled(
      events.map((event) => storage.events.append({ callId: newCall(), events: [event], visibleAt: T0 })),
    )
    const accepted = events
      .filter((_event, index) => outcomes[index]?.status === 'fulfilled')
      .map(({ id }) => id)
    expect(accepted.length).toBeGreaterThan(0)
    expect(accepted.length).toBeLessThan(4_000)
    expect(await stored()).toEqual(accepted.sort())
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await narrow.close()
  })
})
