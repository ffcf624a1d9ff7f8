import { describe, it } from 'vitest'
import { describeProcesses } from '../../../tools/process-harness/describe-processes.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { freshDatabase, mongoUri, NO_SERVER } from './support.js'

if (mongoUri === null)
  describe('processes on MongoDB', () => {
    it.skip(`all of it (not here: ${NO_SERVER})`, () => undefined)
  })
else
  describeProcesses('MongoDB', async () => {
    const { dbName, connection, cleanup } = await freshDatabase()
    const location = new URL(mongoUri ?? '')
    location.pathname = `/${dbName}`
    return {
      storageModule: new URL('open-storage.ts', import.meta.url).href,
      location: location.href,
      open: async () => mongooseStorage(connection),
      cleanup,
    }
  })
