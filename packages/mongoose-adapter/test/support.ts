import { randomUUID } from 'node:crypto'
import mongoose, { type ConnectOptions } from 'mongoose'
import { describe, inject, it, type TestFunction } from 'vitest'
import type { MongoAbilities } from '../../../tools/mongo-server/abilities.js'
import { MONGO_WAYS } from '../../../tools/mongo-server/test-mongo.js'

const server = inject('mongo')
const abilities = inject('mongoAbilities')

/** Where the MongoDB of this run is. */
export const mongoUri = server?.uri ?? ''

/** Whether it is the one that takes ten times as long as the others. */
export const onSlowServer = server?.program?.slow ?? false

const reason = (why: string) => ` (not here: ${why})`

/** For tests of what is answered, and not by which index: where partial ones answer wrongly, there are none. */
export const trustedIndexes = abilities.partialIndexes
  ? {}
  : { autoIndex: false, logger: { warn: () => undefined } }

/** Tests that need a MongoDB; without one they are skipped under their names, with the reason. */
export const describeOnMongo = (name: string, tests: () => void): void => {
  describe.skipIf(server === null)(
    `${name}${server === null ? reason(`no MongoDB: ${MONGO_WAYS}`) : ''}`,
    tests,
  )
}

const NEEDS: Readonly<Record<keyof MongoAbilities, string>> = {
  transactions: 'transactions',
  changeStreams: 'change streams',
  explain: 'explain',
  ttl: 'TTL',
  partialIndexes: 'partial indexes',
}

/** A test that needs more than every server has; where it is missing, it is skipped under its name, with the reason. */
export const itNeeds = (ability: keyof MongoAbilities, name: string, test: TestFunction): void => {
  if (server === null || abilities[ability]) it(name, test)
  else it.skip(`${name}${reason(`${server.kind} has no ${NEEDS[ability]}`)}`, test)
}

/** A connection to a database of its own, on the MongoDB of this run or another. */
export const freshDatabase = async (uri = mongoUri) => {
  const dbName = `webhooks-${randomUUID().slice(0, 13)}`
  const connect = (options: ConnectOptions = {}) =>
    mongoose.createConnection(uri, { dbName, serverSelectionTimeoutMS: 5_000, ...options }).asPromise()
  const connection = await connect()
  const cleanup = async () => {
    await connection.dropDatabase()
    await connection.close()
  }
  return { dbName, connection, connect, cleanup }
}
