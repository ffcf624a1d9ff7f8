import { InvalidOptionsError, StorageUnavailableError } from '@swigs/webhooks-protocol'
import {
  boundCalls,
  holdsSession,
  LATE,
  NO_REPORT,
  within,
  type OpenInput,
  type Storage,
  type StorageReport,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { databaseOf, type PostgresConnection } from './drivers/database-of.js'
import { guarded } from './errors.js'
import { openDatabase } from './open-database.js'
import { settingsOf, type PostgresStorageOptions } from './options.js'
import { quoted } from './schema/migrations.js'
import { postgresDeliveries } from './stores/deliveries.js'
import { postgresEvents } from './stores/events.js'
import { postgresLanes } from './stores/lanes.js'
import { postgresMaintenance } from './stores/maintenance.js'
import { postgresReplays } from './stores/replays.js'
import { postgresMetrics } from './stores/metrics.js'
import { renewLanes } from './stores/renew-lanes.js'
import { postgresSubscriptions } from './stores/subscriptions.js'
import { wakeUp } from './wake-up/wake-up.js'

/**
 * Storage on the PostgreSQL (13 or later) that the app has. The pool stays the caller's: it is never ended. A method whose
 * server is not there throws `StorageUnavailableError`; `open` throws `STORAGE_INVALID` on a server or a schema that it
 * cannot work on.
 * @param pool a `pg` Pool, what `postgres(…)` of postgres.js answers, or a PGlite
 * @throws InvalidOptionsError when `pool` is none of these, or an option is wrong.
 * @example
 * const webhooks = createDispatcher({ storage: postgresStorage(new Pool({ connectionString })) })
 */
export const postgresStorage = (pool: PostgresConnection, options: PostgresStorageOptions = {}): Storage => {
  const settings = settingsOf(options)
  const { operationTimeoutMs } = settings
  const database = databaseOf(pool, settings)
  const schema = quoted(settings.schema)
  let report: StorageReport = NO_REPORT
  let opening: Promise<void> | null = null
  let isOpen = false

  const at = { database, schema, report: { malformed: (row) => report.malformed(row) } as StorageReport }
  const wrote = renewLanes(at)
  const wakes = settings.listen && wakeUp(database.query, settings.schema, settings.listen.connectionString)

  const checked = <G extends object>(group: string, methods: G): G =>
    boundCalls(
      'PostgreSQL',
      group,
      guardCalls(group, methods, () => isOpen),
      operationTimeoutMs,
    )

  const start = async () => {
    const opened = await within(
      guarded('open', () => openDatabase(database, settings)),
      operationTimeoutMs,
    )
    if (opened === LATE)
      throw new StorageUnavailableError(
        `PostgreSQL did not answer open within ${operationTimeoutMs} ms (operationTimeoutMs). The call can be repeated.`,
      )
    isOpen = true
  }
  const { now } = checked('storage', {
    now: async () => {
      const [row] = await database.query<{ now: number }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS now',
      )
      return row?.now ?? null
    },
  })

  return {
    name: 'postgres',
    open: async (input: OpenInput = {}) => {
      report = input.report ?? report
      opening ??= start().catch((error: unknown) => {
        opening = null
        throw error
      })
      await opening
    },
    close: async () => {
      opening = null
      isOpen = false
      wakes?.stop()
    },
    now: async () => (isOpen ? now() : null),
    ...(wakes && { watch: wakes.watch }),
    subscriptions: checked('subscriptions', postgresSubscriptions(at)),
    events: checked('events', postgresEvents(at, wrote, wakes ?? {})),
    lanes: checked('lanes', postgresLanes(at, wrote)),
    deliveries: checked('deliveries', postgresDeliveries(at)),
    replays: checked('replays', postgresReplays(at)),
    metrics: checked('metrics', postgresMetrics(at)),
    maintenance: checked('maintenance', postgresMaintenance(at)),
  }
}

type Verb = (...args: never[]) => Promise<unknown>

/** Has what a verb throws classed, and refuses it before `open`. */
const guardCalls = <G extends object>(group: string, methods: G, isOpen: () => boolean): G =>
  Object.fromEntries(
    Object.entries(methods).map(([verb, method]) => [
      verb,
      async (...args: never[]) => {
        if (!isOpen())
          throw new InvalidOptionsError('postgresStorage is not open. Call open() first; a dispatcher does.')
        const call = () => (method as Verb)(...args)
        // What the caller's transaction meets is told by whoever runs a statement in it.
        return holdsSession(args[0]) ? call() : guarded(`${group}.${verb}`, call)
      },
    ]),
  ) as G
