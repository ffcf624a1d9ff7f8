import mongoose, { type ClientSession, type Connection, type ConnectOptions } from 'mongoose'
// @ts-expect-error an alias of mongoose 8, whose types name the module mongoose
import mongoose8 from 'mongoose8'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collectionsOf, DEFAULT_NAMES } from '../src/collections.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { mongoEvents } from '../src/stores/events.js'
import { watchEvents } from '../src/watch-events.js'
import { contextOn, dispatcherOn, newCall, openAtLast, sampleEvent, T0 } from './fixtures.js'
import { SERVER_TIME, startScriptedReplicaSet, type Answer, type Sent } from './scripted-replica-set.js'

type ReplicaSet = Awaited<ReturnType<typeof startScriptedReplicaSet>>

const options: ConnectOptions = {
  serverApi: { version: '1', strict: true },
  serverSelectionTimeoutMS: 2_000,
  heartbeatFrequencyMS: 500,
}
const MAJORITY = { w: 'majority', j: true }

const failed = (code: number, codeName: string, ...errorLabels: string[]): Answer => ({
  ok: 0,
  code,
  codeName,
  errmsg: codeName,
  errorLabels,
})

describe.each([
  ['7', mongoose],
  ['6', mongoose8 as unknown as typeof mongoose],
])('driver %s on a replica set', (_version, library) => {
  let replicaSet: ReplicaSet
  let connection: Connection

  beforeEach(async () => {
    replicaSet = await startScriptedReplicaSet()
    connection = await library.createConnection(replicaSet.uri, options).asPromise()
  })
  afterEach(async () => {
    await connection.close()
    replicaSet.close()
  })

  const events = () =>
    collectionsOf(connection.db as never, library.mongo.ObjectId as never, DEFAULT_NAMES).events

  const append = (count = 1) => {
    const store = mongoEvents(contextOn({ events: events() }), () => expect.unreachable())
    const given = Array.from({ length: count }, () => sampleEvent())
    return store.append({ callId: newCall(), events: given, visibleAt: T0 })
  }

  /** Answers the first of these commands so, the others as usual. */
  const answering = (name: string, ...answers: Answer[]) =>
    replicaSet.answer((sent) => (sent.name === name ? answers.shift() : undefined))

  const idOf = ({ command }: Sent) => (command['documents'] as { _id: string }[])[0]?._id

  it.each<[string, Answer]>([
    ['a write conflict', failed(112, 'WriteConflict', 'TransientTransactionError')],
    ['a primary that steps down', failed(189, 'PrimarySteppedDown', 'TransientTransactionError')],
    ['a socket that dies', 'drop'],
  ])('a callback that is run again over %s leaves one event, inserted afresh', async (_what, answer) => {
    const storage = mongooseStorage(connection)
    await storage.open()
    const { webhooks } = dispatcherOn(storage)
    replicaSet.sent.length = 0
    answering('insert', answer)
    const session = await connection.startSession()
    await session.withTransaction((given: ClientSession) =>
      webhooks.dispatch('order.created', {}, { session: given }),
    )
    await session.endSession()
    const transactional = replicaSet.sent.filter(({ command }) => command['autocommit'] === false)
    const names = transactional.map(({ name }) => name).filter((name) => name !== 'abortTransaction')
    expect(names).toEqual(['insert', 'insert', 'commitTransaction'])
    const [first, second] = transactional.filter(({ name }) => name === 'insert') as [Sent, Sent]
    for (const { command } of [first, second]) {
      expect(command).toMatchObject({ insert: 'webhookevents', startTransaction: true })
      expect(command).not.toHaveProperty('writeConcern')
      expect(command).not.toHaveProperty('readConcern')
    }
    expect(idOf(second)).not.toBe(idOf(first))
    expect(second.command['txnNumber']).not.toEqual(first.command['txnNumber'])
    await webhooks.stop()
  })

  it('an append waits for a majority, and a step-down under it is ridden out', async () => {
    answering('insert', failed(189, 'PrimarySteppedDown', 'RetryableWriteError'))
    expect(await append(2)).toEqual([true, true])
    const inserts = replicaSet.sent.filter(({ name }) => name === 'insert')
    expect(inserts.map(({ command }) => command['writeConcern'])).toEqual([MAJORITY, MAJORITY])
    expect(idOf(inserts[1] as Sent)).toBe(idOf(inserts[0] as Sent))
  })

  const duplicate = { index: 0, code: 11_000, errmsg: 'E11000 duplicate key error' }
  const noMajority = {
    code: 64,
    codeName: 'WriteConcernTimeout',
    errmsg: 'waiting for replication timed out',
  }

  it('duplicates are told from what is new', async () => {
    answering('insert', { n: 1, writeErrors: [duplicate] })
    expect(await append(2)).toEqual([false, true])
  })

  it.each<[string, Answer[]]>([
    ['step-downs that do not end', Array.from({ length: 9 }, () => failed(10_107, 'NotWritablePrimary'))],
    ['sockets that die again and again', Array.from({ length: 9 }, (): Answer => 'drop')],
    ['a write that no majority has', [{ n: 2, writeConcernError: noMajority }]],
    ['duplicates that no majority has', [{ n: 1, writeErrors: [duplicate], writeConcernError: noMajority }]],
    [
      'a duplicate before a shard without a primary',
      [{ n: 0, writeErrors: [duplicate, { index: 1, code: 133, errmsg: 'no primary' }] }],
    ],
    [
      'a code that nobody knows yet, labelled',
      Array.from({ length: 9 }, () => failed(99_999, 'New', 'RetryableWriteError')),
    ],
  ])('%s: STORAGE_UNAVAILABLE, never in between', async (_what, answers) => {
    answering('insert', ...answers)
    await expect(append(2)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })

  it('a server that does not answer is waited for as long as operationTimeoutMs says', async () => {
    const storage = mongooseStorage(connection, { operationTimeoutMs: 50 })
    await openAtLast(storage)
    answering('insert', 'hang')
    const input = { callId: newCall(), events: [sampleEvent()], visibleAt: T0 }
    await expect(storage.events.append(input)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('50 ms'),
    })
  })

  it('an index that takes its time holds nobody up, and is told of', async () => {
    const warnings: string[] = []
    const logger = { warn: (_details: object, text: string) => void warnings.push(text) }
    answering('createIndexes', 'hang')
    const storage = mongooseStorage(connection, { operationTimeoutMs: 50, logger })
    await openAtLast(storage)
    expect(warnings).toEqual([expect.stringMatching(/still being made/)])
    const input = { callId: newCall(), events: [sampleEvent()], visibleAt: T0 }
    expect(await storage.events.append(input)).toEqual([true])
  })

  it('a refusal is STORAGE_FAILED, and no value of a document is in it', async () => {
    const errmsg = 'E11000 duplicate key error collection: db.c index: own dup key: { appSecret: "CANARY" }'
    const storage = mongooseStorage(connection)
    await storage.open()
    const { webhooks } = dispatcherOn(storage)
    answering('insert', { n: 0, writeErrors: [{ index: 0, code: 11_000, errmsg }] })
    const input = { appName: 'a', url: 'https://example.com/', events: ['*'] }
    const thrown = (await webhooks.subscriptions.create(input).catch((error: unknown) => error)) as Error
    expect(thrown).toMatchObject({ code: 'STORAGE_FAILED' })
    const { message, stack } = thrown.cause as Error
    expect(message).toContain('duplicate key')
    expect(`${message}${String(stack)}`).not.toContain('CANARY')
    await webhooks.stop()
  })

  it('reads go to the primary, whatever the app’s connection prefers', async () => {
    const elsewhere = { ...options, readPreference: 'secondaryPreferred' } as const
    const other = await library.createConnection(replicaSet.uri, elsewhere).asPromise()
    const storage = mongooseStorage(other)
    await storage.open()
    replicaSet.sent.length = 0
    await storage.lanes.acquire({ token: 't', now: T0, leaseMs: 1, limit: 1, affinity: 0 })
    await storage.lanes.upcoming({ subscriptionId: 'none', limit: 1 })
    const modes = replicaSet.sent.map(
      ({ command }) => (command['$readPreference'] as { mode: string } | undefined)?.mode ?? 'primary',
    )
    expect(new Set(modes)).toEqual(new Set(['primary']))
    await other.close()
  })

  it('a session that has ended, one of another connection and none at all are SESSION_UNSUPPORTED', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    const other = await library.createConnection(replicaSet.uri, options).asPromise()
    const [ended, foreign] = [await connection.startSession(), await other.startSession()]
    await ended.endSession()
    replicaSet.sent.length = 0
    for (const session of [ended, foreign, {}, true, 'session'])
      await expect(
        storage.events.append({ callId: newCall(), events: [sampleEvent()], visibleAt: T0, session }),
      ).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
    expect(replicaSet.sent).toEqual([])
    await other.close()
  })

  it('the time is the server’s', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    expect(await storage.now()).toBe(SERVER_TIME)
  })

  it('a server that lets two conditional updates of one document win is refused', async () => {
    replicaSet.answer(({ name }) => (name === 'update' ? { n: 1, nModified: 1 } : undefined))
    await expect(mongooseStorage(connection).open()).rejects.toMatchObject({
      code: 'STORAGE_INVALID',
      message: expect.stringContaining('8 of 8'),
    })
  })

  describe('a change stream', () => {
    const cursor = (batch: 'firstBatch' | 'nextBatch', ...documents: object[]): Answer => ({
      cursor: { id: mongoose.mongo.BSON.Long.fromNumber(5), ns: 'db.webhookevents', [batch]: documents },
    })
    const opened = () => replicaSet.sent.filter(({ name }) => name === 'aggregate')

    it('tells of what others have to see to, without its body, as a majority has it', async () => {
      replicaSet.answer(({ name }) =>
        name === 'aggregate' ? cursor('firstBatch', { _id: { token: 1 } }) : undefined,
      )
      const storage = mongooseStorage(connection)
      await storage.open()
      let hints = 0
      const unwatch = await storage.watch?.(() => void (hints += 1))
      await expect.poll(() => hints).toBe(1)
      expect(opened()[0]?.command).toMatchObject({
        pipeline: [
          { $changeStream: {} },
          {
            $match: {
              $or: [
                { operationType: 'insert', 'fullDocument.appendedBy': { $exists: false } },
                { operationType: 'update', 'updateDescription.updatedFields.announcedAt': { $exists: true } },
              ],
            },
          },
          { $project: { operationType: 1 } },
        ],
        readConcern: { level: 'majority' },
      })
      await unwatch?.()
    })

    it('that the driver gives up is opened again, until nobody wants it any more', async () => {
      replicaSet.answer(({ name }) => {
        if (name === 'aggregate') return cursor('firstBatch')
        return name === 'getMore' ? failed(286, 'ChangeStreamHistoryLost') : undefined
      })
      let hints = 0
      const unwatch = watchEvents(events() as never, () => void (hints += 1), 1)
      await expect.poll(() => opened().length).toBeGreaterThan(3)
      await unwatch()
      const roundTrips = async (count: number) => {
        for (let n = 0; n < count; n += 1) await connection.db?.command({ ping: 1 })
      }
      // What was on its way when it was closed has arrived by then.
      await roundTrips(20)
      const { length } = opened()
      expect(hints).toBeGreaterThanOrEqual(length - 1)
      await roundTrips(20)
      expect(opened()).toHaveLength(length)
    })
  })
})
