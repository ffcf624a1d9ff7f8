import type { Storage } from '@swigs/webhooks-dispatcher'
import pg from 'pg'
import { postgresStorage } from '../src/postgres-storage.js'

/** How another process opens the storage under test: `location` is the address with the schema at its end. */
export const openStorage = async (location: string): Promise<Storage> => {
  const [connectionString = '', schema = ''] = location.split('#')
  const pool = new pg.Pool({ connectionString, max: 6 }).on('error', () => undefined)
  return postgresStorage(pool, { schema })
}
