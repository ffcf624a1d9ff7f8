import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import { inject } from 'vitest'

/** Where the MongoDB of this run is. */
export const mongoUri = inject('mongoUri')

/** Why tests are skipped where there is none. */
export const NO_SERVER = 'no MongoDB: set MONGODB_URI, or install mongod, or java and mvn'

/** A connection to a database of its own. */
export const freshDatabase = async () => {
  const dbName = `webhooks-${randomUUID().slice(0, 13)}`
  const connect = () =>
    mongoose.createConnection(mongoUri ?? '', { dbName, serverSelectionTimeoutMS: 5_000 }).asPromise()
  const connection = await connect()
  const cleanup = async () => {
    await connection.dropDatabase()
    await connection.close()
  }
  return { dbName, connection, connect, cleanup }
}
