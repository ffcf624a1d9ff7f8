import type { Connection } from 'mongoose'
import { describeStorage } from '@swigs/webhooks-dispatcher/contracts'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { describeOnMongo, freshDatabase } from './support.js'

describeOnMongo('on MongoDB', () => {
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
})
