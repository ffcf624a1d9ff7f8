import type { WorkerSettings } from '@swigs/webhooks-dispatcher/processes'
import { postgresStorage } from '@swigs/webhooks-postgres-adapter'
import pg from 'pg'
import { tempered } from '../temper.js'

export { ownOptions } from '../temper.js'

/** `location` is the address with the schema at its end. */
export const openStorage = async (location: string, settings?: WorkerSettings) => {
  const [connectionString = '', schema = ''] = location.split('#')
  const pool = new pg.Pool({ connectionString, max: 6 }).on('error', () => undefined)
  return tempered(postgresStorage(pool, { schema }), settings)
}
