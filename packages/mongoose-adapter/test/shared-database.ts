import { withDatabase } from '../../../tools/mongo-server/with-database.js'
import type { SharedStorage } from '@swigs/webhooks-dispatcher/processes'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { freshDatabase, mongoUri, onSlowServer } from './support.js'

/** A database that several processes open. */
export const sharedDatabase = async (): Promise<SharedStorage> => {
  const { dbName, connection, cleanup } = await freshDatabase()
  return {
    storageModule: new URL('open-storage.ts', import.meta.url).href,
    location: withDatabase(mongoUri, dbName),
    open: async () => mongooseStorage(connection),
    slow: onSlowServer,
    cleanup,
  }
}
