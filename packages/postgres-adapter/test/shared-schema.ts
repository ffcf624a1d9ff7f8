import type { SharedStorage } from '@swigs/webhooks-dispatcher/processes'
import { postgresStorage } from '../src/postgres-storage.js'
import { dropSchema, freshSchema, poolOn, postgresUri } from './support.js'

/** A schema that several processes open. */
export const sharedSchema = async (): Promise<SharedStorage> => {
  const [pool, schema] = [poolOn(), freshSchema()]
  return {
    storageModule: new URL('open-storage.ts', import.meta.url).href,
    external: ['pg-native'],
    location: `${postgresUri}#${schema}`,
    open: async () => postgresStorage(pool, { schema }),
    cleanup: async () => {
      await dropSchema(pool, schema)
      await pool.end()
    },
  }
}
