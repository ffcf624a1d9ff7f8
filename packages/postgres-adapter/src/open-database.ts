import { StorageUnavailableError, WebhooksError } from '@swigs/webhooks-protocol'
import type { Database } from './drivers/database.js'
import { migrate } from './schema/migrate.js'
import type { Settings } from './options.js'

interface Server {
  readonly version: number
  readonly encoding: string
  readonly isolation: string
  readonly standby: boolean
}

const OLDEST = 130_000

/**
 * Looks at what the server is, then at the schema.
 * @throws WebhooksError with the code STORAGE_INVALID on a server that cannot keep the promises of a storage.
 */
export const openDatabase = async (
  database: Database,
  { schema, migrate: mode }: Settings,
): Promise<void> => {
  const [server] = await database.query<Server>(
    `SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding,
       current_setting('default_transaction_isolation') AS isolation, pg_is_in_recovery() AS standby`,
  )
  if (!server)
    throw new StorageUnavailableError('PostgreSQL said nothing of itself; the call can be repeated.')
  if (server.version < OLDEST) throw invalid(`is older than ${OLDEST / 10_000}`, 'Update it')
  if (server.encoding !== 'UTF8')
    throw invalid(`stores text as ${server.encoding}`, 'Use a database that was made with ENCODING UTF8')
  if (server.isolation !== 'read committed')
    throw invalid(
      `gives these connections ${server.isolation} by default`,
      'Use a pool whose default_transaction_isolation is read committed; your own transactions may be what you like',
    )
  if (server.standby)
    throw new StorageUnavailableError('This PostgreSQL is a read-only standby; the call can be repeated.')
  await migrate(database, schema, mode)
}

const invalid = (what: string, way: string): WebhooksError =>
  new WebhooksError('STORAGE_INVALID', `This PostgreSQL ${what}. ${way}.`)
