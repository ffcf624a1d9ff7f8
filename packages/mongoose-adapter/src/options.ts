import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { Logger } from '@swigs/webhooks-dispatcher'
import type { Connection } from 'mongoose'
import { DEFAULT_NAMES, type CollectionNames } from './collections.js'

/** Where in the database, and what is done at `open`. */
export interface MongooseStorageOptions {
  /** Names of the collections. Default: the seed's `webhooksubscriptions`, and five of ours. */
  readonly collections?: Partial<CollectionNames> | undefined
  /** Create missing indexes at `open`. Default `true`; with `false`, missing ones are reported. */
  readonly autoIndex?: boolean | undefined
  /**
   * Let MongoDB itself delete deliveries once they have been settled for the dispatcher's `retentionMs` (a TTL index). Default
   * `true`. Pending deliveries and events are never touched: the dispatcher's own sweep takes events, with what is left.
   */
  readonly ttl?: boolean | undefined
  /** The longest that anyone waits for one call, ms; then it is `STORAGE_UNAVAILABLE`. Default 10_000. */
  readonly operationTimeoutMs?: number | undefined
  /** Told of an index that is missing or could not be made, and of statistics that could not be written. Default: the console. */
  readonly logger?: Pick<Logger, 'warn'> | undefined
}

/** Options with their defaults. */
export interface Settings {
  readonly names: CollectionNames
  readonly autoIndex: boolean
  readonly ttl: boolean
  readonly operationTimeoutMs: number
  readonly logger: Pick<Logger, 'warn'>
}

const KNOWN = new Set(['collections', 'autoIndex', 'ttl', 'operationTimeoutMs', 'logger'])

/** @throws InvalidOptionsError naming the option. */
export const settingsOf = (connection: Connection, options: MongooseStorageOptions): Settings => {
  if (typeof (connection as Partial<Connection> | undefined)?.asPromise !== 'function')
    throw invalid('connection', 'Expected a Mongoose connection, like mongoose.connection')
  for (const key of Object.keys(options))
    if (!KNOWN.has(key)) throw invalid(key, `Unknown option. Known: ${[...KNOWN].join(', ')}`)
  return {
    names: namesOf(options.collections ?? {}),
    autoIndex: options.autoIndex ?? true,
    ttl: options.ttl ?? true,
    operationTimeoutMs: duration('operationTimeoutMs', options.operationTimeoutMs) ?? 10_000,
    logger: options.logger ?? console,
  }
}

const namesOf = (given: Partial<CollectionNames>): CollectionNames => {
  const names = { ...DEFAULT_NAMES, ...given }
  for (const [key, name] of Object.entries(names)) {
    const path = `collections.${key}`
    if (!(key in DEFAULT_NAMES))
      throw invalid(path, `Unknown collection. Known: ${Object.keys(DEFAULT_NAMES).join(', ')}`)
    if (typeof name !== 'string' || !/^(?!system\.)[^$\0]+$/.test(name))
      throw invalid(path, 'Expected the name of a collection')
  }
  if (new Set(Object.values(names)).size < Object.keys(DEFAULT_NAMES).length)
    throw invalid('collections', 'Expected a name of its own for each')
  return names
}

const MAX_MS = 2_147_483_647_000

const duration = (path: string, value: number | undefined): number | undefined => {
  if (value === undefined || (Number.isFinite(value) && value >= 1 && value <= MAX_MS)) return value
  throw invalid(path, 'Expected a number of milliseconds, 1 or more')
}

const invalid = (path: string, message: string) =>
  new InvalidOptionsError(`mongooseStorage: ${path}: ${message}.`, { issues: [{ path, message }] })
