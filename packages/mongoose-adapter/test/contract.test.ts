import type { Connection } from 'mongoose'
import { describeStorage } from '@swigs/webhooks-dispatcher/contracts'
import { afterAll, beforeAll } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { describeOnMongo, freshDatabase, trustedIndexes } from './support.js'

describeOnMongo('on MongoDB', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>

  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database.cleanup())

  describeStorage('mongooseStorage', async () => {
    const { connection, connect } = database
    const others: Connection[] = []
    return {
      storage: mongooseStorage(connection, trustedIndexes),
      reopen: async () => {
        const other = await connect()
        others.push(other)
        return mongooseStorage(other, trustedIndexes)
      },
      cleanup: async () => {
        await Promise.all(others.map((other) => other.close()))
        // Emptied, and not dropped: the indexes are made once.
        const collections = (await connection.db?.collections()) ?? []
        await Promise.all(collections.map((collection) => collection.deleteMany({})))
      },
    }
  })
})
