import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { Storage } from '@swigs/webhooks-dispatcher'
import { Database } from './database.js'
import { sqliteDeliveries } from './stores/deliveries.js'
import { sqliteLanes } from './stores/lanes.js'
import { sqliteEvents } from './stores/events.js'
import { sqliteSubscriptions } from './stores/subscriptions.js'
import { sqliteMaintenance } from './stores/maintenance.js'

/** Where the file is, and how patient to be with it. */
export interface SqliteStorageOptions {
  /** Path of the file; it is made where there is none. Its folder must exist. */
  readonly file: string
  /** How long a write waits for another process's, ms. Default 5_000. */
  readonly busyTimeoutMs?: number | undefined
  /** Default: `node:sqlite` where the runtime has it, else `libsql`. */
  readonly driver?: 'node:sqlite' | 'libsql' | undefined
}

/**
 * Storage in one SQLite file: durable (WAL, `synchronous=FULL`), shared by any number of processes of one host.
 * `open` throws `StorageUnavailableError` when the file cannot be used just now, and `WebhooksError` with the code
 * `STORAGE_INVALID` when it is not ours or comes from a newer version.
 * @throws InvalidOptionsError naming the option; `:memory:` is no file: `memoryStorage()` is for that.
 * @example
 * const webhooks = createDispatcher({ storage: sqliteStorage({ file: 'webhooks.db' }) })
 */
export const sqliteStorage = (options: SqliteStorageOptions): Storage => {
  const { file, busyTimeoutMs = 5_000, driver } = options ?? {}
  if (typeof file !== 'string' || file === '' || file.includes(':memory:'))
    throw new InvalidOptionsError(
      'sqliteStorage: file: Expected the path of a file, for example { file: "webhooks.db" }.',
    )
  if (!Number.isInteger(busyTimeoutMs) || busyTimeoutMs < 0)
    throw new InvalidOptionsError('sqliteStorage: busyTimeoutMs: Expected whole milliseconds, 0 or more.')
  const database = new Database(file, { busyTimeoutMs, driver })
  return {
    name: 'sqlite',
    open: async () => database.open(),
    close: async () => database.close(),
    now: async () => null,
    subscriptions: sqliteSubscriptions(database),
    events: sqliteEvents(database),
    lanes: sqliteLanes(database),
    deliveries: sqliteDeliveries(database),
    maintenance: sqliteMaintenance(database),
  }
}
