import { InvalidOptionsError, SessionUnsupportedError } from '@swigs/webhooks-protocol'
import type { Logger, Storage } from '@swigs/webhooks-dispatcher'
import type { DriverName } from './drivers/driver.js'
import { allMatching } from './host/all-matching.js'
import { Client } from './host/client.js'
import { connector, type ThreadChoice } from './host/connect.js'
import { moduleUrl } from './host/module-url.js'
import { packFanOut, unpackQueue } from './stores/packed-deliveries.js'
import { packResults } from './stores/packed-results.js'
import type { VerbAnswer, VerbInput, VerbName } from './stores/verbs.js'

/** Where the file is, and how patient to be with it. */
export interface SqliteStorageOptions {
  /** Path of the file; it is made where there is none. Its folder must exist. */
  readonly file: string
  /** How long a write waits for another process's, ms. Default 5_000. */
  readonly busyTimeoutMs?: number | undefined
  /** How long any call may take before it rejects with `StorageUnavailableError`, ms. Default 10_000. */
  readonly operationTimeoutMs?: number | undefined
  /**
   * Whether SQLite has a thread of its own, so that no lock and no disk ever holds up the app. Default `'auto'`: where one can be
   * had. `true`: `open` rejects where not. `false`: in the app's own thread.
   */
  readonly thread?: ThreadChoice | undefined
  /** Default: `node:sqlite` where the runtime has it, else `libsql`. */
  readonly driver?: DriverName | undefined
  /** Told once when there is no thread. Default: nobody. */
  readonly logger?: Logger | undefined
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
  const { file, busyTimeoutMs, operationTimeoutMs, thread, driver, logger } = checked(options)
  const client = new Client({
    file,
    busyTimeoutMs,
    operationTimeoutMs,
    driver,
    from: moduleUrl(),
    connect: connector(thread, logger),
  })
  const verb =
    <N extends VerbName>(name: N) =>
    (input: VerbInput<N>): Promise<VerbAnswer<N>> =>
      client.call(name, input)

  return {
    name: 'sqlite',
    open: (input) => client.open(input),
    close: () => client.close(),
    now: async () => null,
    watch: (onHint) => client.watch(onHint),
    subscriptions: {
      insert: verb('subscriptions.insert'),
      get: verb('subscriptions.get'),
      list: verb('subscriptions.list'),
      matching: (patterns) => allMatching(client, patterns),
      update: verb('subscriptions.update'),
      remove: verb('subscriptions.remove'),
    },
    events: {
      append: async ({ session, ...input }) => {
        if (session === undefined) return client.call('events.append', input)
        throw new SessionUnsupportedError(
          'sqliteStorage takes no session: its file is not the database of your own writes. Leave session out.',
        )
      },
      unfanned: verb('events.unfanned'),
      fanOut: (input) => client.call('events.fanOut', packFanOut(input)),
      get: verb('events.get'),
      list: verb('events.list'),
    },
    lanes: {
      acquire: verb('lanes.acquire'),
      extend: verb('lanes.extend'),
      release: verb('lanes.release'),
      upcoming: async (query) =>
        unpackQueue(await client.call('lanes.upcoming', query), query.subscriptionId),
      complete: (input) => client.call('lanes.complete', packResults(input)),
      wake: verb('lanes.wake'),
      remove: verb('lanes.remove'),
    },
    deliveries: {
      get: verb('deliveries.get'),
      list: verb('deliveries.list'),
      resend: verb('deliveries.resend'),
      cancel: verb('deliveries.cancel'),
    },
    replays: {
      put: verb('replays.put'),
      get: verb('replays.get'),
      list: verb('replays.list'),
    },
    metrics: {
      read: verb('metrics.read'),
      rollUp: verb('metrics.rollUp'),
    },
    maintenance: {
      counts: verb('maintenance.counts'),
      prune: verb('maintenance.prune'),
      repair: verb('maintenance.repair'),
    },
  }
}

const refuse = (problem: string): never => {
  throw new InvalidOptionsError(`sqliteStorage: ${problem}`)
}

const checked = (options: SqliteStorageOptions) => {
  const {
    file,
    busyTimeoutMs = 5_000,
    operationTimeoutMs = 10_000,
    thread = 'auto',
    driver,
    logger,
  } = options ?? {}
  if (typeof file !== 'string' || file === '' || file.includes(':memory:'))
    refuse('file: Expected the path of a file, for example { file: "webhooks.db" }.')
  if (!Number.isInteger(busyTimeoutMs) || busyTimeoutMs < 0)
    refuse('busyTimeoutMs: Expected whole milliseconds, 0 or more.')
  if (!Number.isInteger(operationTimeoutMs) || operationTimeoutMs < 1)
    refuse('operationTimeoutMs: Expected whole milliseconds, 1 or more.')
  if (thread !== 'auto' && typeof thread !== 'boolean') refuse("thread: Expected 'auto', true or false.")
  if (driver !== undefined && driver !== 'node:sqlite' && driver !== 'libsql')
    refuse("driver: Expected 'node:sqlite' or 'libsql'.")
  return { file, busyTimeoutMs, operationTimeoutMs, thread, driver, logger }
}
