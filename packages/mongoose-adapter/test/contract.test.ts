import type { Connection } from 'mongoose'
import { describeStorage } from '@swigs/webhooks-dispatcher/testing'
import { describe, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { freshDatabase, mongoUri, NO_SERVER } from './support.js'

if (mongoUri === null)
  describe('mongooseStorage keeps the storage contract', () => {
    it.skip(`all of it (not here: ${NO_SERVER})`, () => undefined)
  })
else
  describeStorage('mongooseStorage', async () => {
    const { connection, connect, cleanup } = await freshDatabase()
    const others: Connection[] = []
    return {
      storage: mongooseStorage(connection),
      reopen: async () => {
        const other = await connect()
        others.push(other)
        return mongooseStorage(other)
      },
      cleanup: async () => {
        await Promise.all(others.map((other) => other.close()))
        await cleanup()
      },
    }
  })
