import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import { DEFAULT_SCHEMA } from './schema/migrations.js'
import type { Migrate } from './schema/migrate.js'

/** Where in the database, and what is done at `open`. */
export interface PostgresStorageOptions {
  /** The schema that holds everything. Default `swigs_webhooks`. */
  readonly schema?: string | undefined
  /** Bring the schema up to date at `open` (default), only check that it is, or leave it alone. */
  readonly migrate?: Migrate | undefined
  /**
   * Wake other processes, and be woken by them, by `LISTEN` and `NOTIFY`: over a connection of its own, to PostgreSQL itself
   * and not to a pooler. Default: none, work is found by polling.
   */
  readonly listen?: { readonly connectionString: string } | undefined
  /** Give statements a name, so that the server plans them once a connection. Default `false`: poolers may not know them. */
  readonly prepare?: boolean | undefined
  /** The longest that anyone waits for one call, ms; then it is `STORAGE_UNAVAILABLE`. Default 10_000. */
  readonly operationTimeoutMs?: number | undefined
}

/** Options with their defaults. */
export interface Settings {
  readonly schema: string
  readonly migrate: Migrate
  readonly listen: { readonly connectionString: string } | null
  readonly prepare: boolean
  readonly operationTimeoutMs: number
}

const KNOWN = new Set(['schema', 'migrate', 'listen', 'prepare', 'operationTimeoutMs'])
const MODES = ['auto', 'check', 'off'] as const
/** PostgreSQL cuts longer names, and what is made of them would collide. */
const MAX_NAME = 50
const MAX_MS = 2_147_483_647

/** @throws InvalidOptionsError naming the option. */
export const settingsOf = (options: PostgresStorageOptions): Settings => {
  for (const key of Object.keys(options))
    if (!KNOWN.has(key)) throw invalid(key, `Unknown option. Known: ${[...KNOWN].join(', ')}`)
  const { schema = DEFAULT_SCHEMA, migrate = 'auto', listen, prepare = false } = options
  const { operationTimeoutMs = 10_000 } = options
  if (typeof schema !== 'string' || !/^[^\0"]+$/.test(schema) || Buffer.byteLength(schema) > MAX_NAME)
    throw invalid('schema', `Expected a name of 1 to ${MAX_NAME} bytes`)
  if (!MODES.includes(migrate)) throw invalid('migrate', `Expected one of ${MODES.join(', ')}`)
  if (listen !== undefined && typeof listen?.connectionString !== 'string')
    throw invalid('listen', 'Expected { connectionString }')
  if (typeof prepare !== 'boolean') throw invalid('prepare', 'Expected true or false')
  if (!Number.isFinite(operationTimeoutMs) || operationTimeoutMs < 1 || operationTimeoutMs > MAX_MS)
    throw invalid('operationTimeoutMs', 'Expected a number of milliseconds, 1 or more')
  return { schema, migrate, listen: listen ?? null, prepare, operationTimeoutMs }
}

/** An option that is wrong, by its path. */
export const invalid = (path: string, message: string): InvalidOptionsError =>
  new InvalidOptionsError(`postgresStorage: ${path}: ${message}.`, { issues: [{ path, message }] })
