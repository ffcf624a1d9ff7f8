import type { SharedStorage } from '../../../tools/process-harness/world.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { freshDatabase, mongoUri } from './support.js'

/** A database that several processes open. */
export const sharedDatabase = async (): Promise<SharedStorage> => {
  const { dbName, connection, cleanup } = await freshDatabase()
  const location = new URL(mongoUri)
  location.pathname = `/${dbName}`
  return {
    storageModule: new URL('open-storage.ts', import.meta.url).href,
    location: location.href,
    open: async () => mongooseStorage(connection),
    cleanup,
  }
}
