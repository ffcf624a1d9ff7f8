import mongoose, { type mongo } from 'mongoose'

/** What a server can do beyond the plain commands that the adapter needs everywhere. */
export interface MongoAbilities {
  readonly transactions: boolean
  readonly changeStreams: boolean
  readonly explain: boolean
  /** Deletes what a TTL index says: some servers keep such an index and never look at it. */
  readonly ttl: boolean
  /** Answers from a partial index what a scan would answer. */
  readonly partialIndexes: boolean
}

interface Stats {
  readonly totalDocsExamined: number
}

/** What no server at all can do. */
export const NO_ABILITIES: MongoAbilities = {
  transactions: false,
  changeStreams: false,
  explain: false,
  ttl: false,
  partialIndexes: false,
}

/** Tries each, once, in a database of its own. */
export const probeAbilities = async (uri: string): Promise<MongoAbilities> => {
  const dbName = `webhooks-probe-${process.pid}`
  const connection = await mongoose.createConnection(uri, { dbName }).asPromise()
  const database = connection.db as mongo.Db
  const probe = database.collection('probe')
  const works = (attempt: () => Promise<unknown>): Promise<boolean> =>
    attempt().then(
      (answer) => answer !== false,
      () => false,
    )
  try {
    await probe.createIndex({ state: 1, at: 1 })
    await probe.insertMany(Array.from({ length: 9 }, (_, at) => ({ state: at % 2, at })))
    return {
      transactions: await works(async () => {
        const greeting = await database.command({ hello: 1 })
        return greeting['setName'] !== undefined || greeting['msg'] === 'isdbgrid'
      }),
      changeStreams: await works(async () => {
        const stream = probe.watch()
        await stream.tryNext().finally(() => stream.close())
      }),
      explain: await works(async () => {
        // A planner of its own tells of itself: it has to walk an index as MongoDB does, and stop where the page is full.
        const page = probe.find({ state: 0 }).sort({ at: 1 }).limit(2)
        const told = (await page.explain('executionStats')) as { executionStats?: Stats }
        return told.executionStats?.totalDocsExamined === 2
      }),
      ttl: await works(async () => {
        const { metrics } = await database.command({ serverStatus: 1 })
        return (metrics as { ttl?: unknown } | undefined)?.ttl !== undefined
      }),
      partialIndexes: await works(async () => {
        const partial = database.collection('partial')
        const finished = { partialFilterExpression: { state: { $gt: 1 } } }
        await partial.createIndex({ lane: 1, state: 1, at: -1, _id: -1 }, finished)
        await partial.insertOne({ lane: 1, state: 2, at: 5 })
        return (await partial.find({ lane: 1, state: 2, at: { $gte: 5 } }).toArray()).length === 1
      }),
    }
  } finally {
    await connection.dropDatabase()
    await connection.close()
  }
}
