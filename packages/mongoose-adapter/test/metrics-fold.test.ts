import type { Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Collections } from '../src/collections.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { CALLS_AT_A_TIME, foldMetrics } from '../src/stores/fold-metrics.js'
import { mongoMetrics } from '../src/stores/metrics.js'
import { collectionsOn, contextOn, T0 } from './fixtures.js'
import { deadSocket, losingAnswer } from './lossy-collections.js'
import { describeOnMongo, freshDatabase } from './support.js'

const HOUR_MS = 3_600_000
const LANES = ['sub_1', 'sub_2']

/**
 * A call counts in one document, and many of those are added to the hours of subscriptions at a time, without transactions:
 * wherever that is cut off, and however many do it, each is in the sums once.
 */
describeOnMongo('metrics that are added to their hours', () => {
  let connection: Connection
  let cleanup: () => Promise<void>
  let storage: Storage
  let collections: Collections

  beforeEach(async () => {
    ;({ connection, cleanup } = await freshDatabase())
    storage = mongooseStorage(connection)
    await storage.open()
    collections = collectionsOn(connection)
  })
  afterEach(() => cleanup())

  /** Calls that each count one attempt of 5 ms or less for either lane, a minute apart. */
  const counted = async (calls: number): Promise<void> => {
    const documents = Array.from({ length: calls }, (_, n) => ({
      _id: `~call ${n}`,
      at: T0 + (n % 60) * 60_000,
      state: 2 as const,
      parts: LANES.map((lane) => [lane, 0, 1]),
    }))
    await collections.metricsCalls.insertMany(documents)
  }

  const sums = async (stepMs: number, subscriptionId: string | null = null) => {
    const found = await storage.metrics.read({ subscriptionId, since: T0, until: T0 + HOUR_MS, stepMs })
    return found.reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0)
  }

  const expectSums = async (calls: number) => {
    for (const stepMs of [60_000, HOUR_MS]) {
      expect(await sums(stepMs)).toBe(LANES.length * calls)
      for (const lane of LANES) expect(await sums(stepMs, lane)).toBe(calls)
    }
  }

  const cutOff = (name: 'metricsCalls' | 'metricsFolds', verb: string): Collections => ({
    ...collections,
    [name]: new Proxy(collections[name] as object, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property)
        if (property === verb)
          return () => {
            throw deadSocket()
          }
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    }),
  })

  it.each([
    ['its calls are read', 'metricsCalls', 'find'],
    ['its calls are marked', 'metricsCalls', 'updateMany'],
    ['it is let go of', 'metricsFolds', 'deleteOne'],
    ['old calls are deleted', 'metricsCalls', 'deleteMany'],
  ] as const)('are exact when that is cut off before %s, and afterwards', async (_when, name, verb) => {
    await counted(3)
    await expectSums(3)
    await expect(foldMetrics(contextOn(cutOff(name, verb)))).rejects.toThrow()
    await expectSums(3)
    while ((await foldMetrics(contextOn(collections))) > 0);
    await expectSums(3)
    expect(await collections.metricsCalls.countDocuments({ state: 2 })).toBe(0)
    expect(await collections.metricsFolds.countDocuments({ state: 4 })).toBe(0)
  })

  it('are exact when the answer to adding them is lost, with some hours changed and others not', async () => {
    await counted(4)
    const half = new Proxy(collections.metrics, {
      get: (target, property) =>
        property === 'bulkWrite'
          ? async (operations: Parameters<typeof target.bulkWrite>[0]) => {
              await target.bulkWrite(operations.slice(0, 1))
              throw deadSocket()
            }
          : (Reflect.get(target, property) as unknown),
    })
    await expect(foldMetrics(contextOn({ ...collections, metrics: half }))).rejects.toThrow()
    await expectSums(4)
    const lossy = losingAnswer(collections, 'metrics', 'bulkWrite')
    await expect(foldMetrics(contextOn(lossy))).rejects.toThrow()
    await expectSums(4)
    await foldMetrics(contextOn(collections))
    await expectSums(4)
  })

  it('are added once when several do it at a time, more than are added together, while calls go on counting', async () => {
    const calls = CALLS_AT_A_TIME + 20
    await counted(calls)
    const all = async () => {
      while ((await foldMetrics(contextOn(collections))) > 0);
    }
    await Promise.all([all(), all(), all(), storage.metrics.rollUp({ ...NOTHING, limit: 9 })])
    await expectSums(calls)
    expect(await collections.metricsCalls.countDocuments({ state: 2 })).toBe(0)
  })

  it('are not counted again by a call that is repeated after they were added, and it is forgotten in the end', async () => {
    await counted(1)
    await foldMetrics(contextOn(collections))
    const again = { _id: '~call 0', at: T0, state: 2 as const, parts: [['sub_1', 0, 1]] }
    await expect(collections.metricsCalls.insertOne(again)).rejects.toThrow()
    await collections.metricsCalls.insertOne({ ...again, _id: '~call later', at: T0 + 11 * 60_000 })
    await foldMetrics(contextOn(collections))
    const known = await collections.metricsCalls.find({ state: 3 }).toArray()
    expect(known.map(({ _id }) => _id)).toEqual(['~call later'])
  })

  it.each([{ calls: 'all' }, { token: null }, {}])(
    'go on where what is being added was made %j',
    async (broken) => {
      await counted(2)
      await connection.collection('webhookmetrics').insertOne({ _id: '~fold' as never, state: 4, ...broken })
      await expectSums(2)
      await foldMetrics(contextOn(collections))
      await expectSums(2)
      expect(await collections.metricsCalls.countDocuments({ state: 2 })).toBe(0)
      expect(await collections.metricsFolds.countDocuments({ state: 4 })).toBe(0)
    },
  )

  it('leave out a call that cannot be read, and say so', async () => {
    await counted(2)
    const broken = { _id: '~call broken', at: T0, state: 2 as const }
    await collections.metricsCalls.insertMany([
      { ...broken, parts: 'many' as never },
      { ...broken, _id: '~call worse', parts: [['sub_1', 99, 1]] },
    ])
    const told: string[] = []
    const context = {
      ...contextOn(collections),
      report: { malformed: ({ id }: { id: string }) => told.push(id) },
    }
    await mongoMetrics(context).read({
      subscriptionId: null,
      since: T0,
      until: T0 + HOUR_MS,
      stepMs: HOUR_MS,
    })
    await foldMetrics(context)
    await expectSums(2)
    expect(told).toEqual(['~call broken', '~call worse', '~call broken', '~call worse'])
  })
})

const NOTHING = { minutesBefore: 0, hoursBefore: 0 }
