import { InvalidOptionsError, SessionUnsupportedError } from '@swigs/webhooks-protocol'
import type { Storage } from '@swigs/webhooks-dispatcher'
import type { Connection, mongo } from 'mongoose'
import { boundWaiting, LATE, within } from './bound-waiting.js'
import { collectionsOf, databaseOf, type Collections } from './collections.js'
import { guarded } from './errors.js'
import { createIndexes, missingIndexes } from './indexes.js'
import { settingsOf, type MongooseStorageOptions, type Settings } from './options.js'
import { abilitiesOf, probeAtomicity, serverNow, type Probed, type ServerAbilities } from './server.js'
import { mongoDeliveries } from './stores/deliveries.js'
import { mongoLanes } from './stores/lanes.js'
import { mongoEvents } from './stores/events.js'
import { mongoSubscriptions } from './stores/subscriptions.js'
import { mongoMaintenance } from './stores/maintenance.js'
import { watchEvents } from './watch-events.js'

/** Storage on MongoDB, with what only this one has. */
export interface MongooseStorage extends Storage {
  /**
   * Creates missing indexes; answers those that could not be made. For deployments that leave `autoIndex` off. The TTL index
   * is among them once a dispatcher has said how long deliveries are kept.
   */
  createIndexes(): Promise<readonly string[]>
}

interface Opened {
  readonly database: mongo.Db
  readonly collections: Collections
  readonly abilities: ServerAbilities
}

/**
 * Storage on the MongoDB that the app's Mongoose connection has. The connection stays the caller's: it is never closed. A
 * method whose server is not there throws `StorageUnavailableError`; `open` throws `STORAGE_INVALID` on a server that cannot
 * keep one owner to a lane.
 * @throws InvalidOptionsError when `connection` is not a Mongoose connection, or an option is wrong.
 * @example
 * const webhooks = createDispatcher({ storage: mongooseStorage(mongoose.connection) })
 */
export const mongooseStorage = (
  connection: Connection,
  options: MongooseStorageOptions = {},
): MongooseStorage => {
  const settings = settingsOf(connection, options)
  const { operationTimeoutMs, logger } = settings
  let settledTtlMs: number | null = null
  let opening: Promise<void> | null = null
  let opened: Opened | null = null

  const open = (): Opened => {
    if (opened) return opened
    throw new InvalidOptionsError('mongooseStorage is not open. Call open() first; a dispatcher does.')
  }
  const at = () => open().collections
  const bound = <G extends object>(group: string, methods: G): G =>
    boundWaiting(group, methods, operationTimeoutMs)

  const makeIndexes = () => guarded('createIndexes', () => createIndexes(open().database, at(), settledTtlMs))

  const now = async () => (opened ? guarded('now', () => serverNow(open().database, open().abilities)) : null)
  // Repairing and pruning are long on large collections, and nobody waits for them.
  const maintenance = mongoMaintenance(at)

  const report = (problems: readonly string[]) => {
    if (problems.length > 0)
      logger.warn({ indexes: problems }, 'Some indexes are not there; statements that need them will scan')
  }

  const start = async () => {
    opened = await guarded('open', () => openOn(connection, settings))
    if (!settings.autoIndex) return report(await guarded('open', () => missingIndexes(at(), settledTtlMs)))
    // On a collection that is full it takes long, and for as long as a member of the set is down: nobody waits for that.
    const making = makeIndexes()
    const problems = await within(making, operationTimeoutMs)
    if (problems !== LATE) return report(problems)
    logger.warn({}, 'Indexes are still being made; statements that need them scan until they are there')
    making.then(report, ({ message }: Error) => logger.warn({ error: message }, 'Indexes could not be made'))
  }

  return {
    name: 'mongo',
    open: async ({ retentionMs } = {}) => {
      if (settings.ttl) settledTtlMs = retentionMs ?? settledTtlMs
      opening ??= start().catch((error: unknown) => {
        opening = opened = null
        throw error
      })
      await opening
    },
    close: async () => {
      opening = opened = null
    },
    ...bound('storage', { now }),
    watch: async (onHint) => {
      if (!open().abilities.transactions) return async () => undefined
      return watchEvents(at().events, onHint)
    },
    createIndexes: makeIndexes,
    subscriptions: bound('subscriptions', mongoSubscriptions(at)),
    events: bound(
      'outbox',
      mongoEvents(at, (session) => checkSession(open().abilities, session)),
    ),
    lanes: bound('lanes', mongoLanes(at, logger)),
    deliveries: bound('deliveries', mongoDeliveries(at)),
    maintenance: { ...maintenance, ...bound('maintenance', { counts: maintenance.counts }) },
  }
}

const openOn = async (connection: Connection, { names }: Settings): Promise<Opened> => {
  const database = await databaseOf(connection)
  const abilities = await abilitiesOf(database)
  // Of the caller's own Mongoose: drivers refuse ids of another version of theirs.
  const collections = collectionsOf(database, connection.base.mongo.ObjectId, names)
  await probeAtomicity(collections.lanes as unknown as Probed)
  return { database, collections, abilities }
}

const checkSession = ({ transactions }: ServerAbilities, session: unknown): mongo.ClientSession => {
  if (!transactions)
    throw new SessionUnsupportedError(
      'This MongoDB server has no transactions (it is a standalone). Leave session out, or run it as a replica set: ' +
        'mongod --replSet rs0, then rs.initiate().',
    )
  if (typeof session === 'object' && session !== null && 'inTransaction' in session)
    return session as mongo.ClientSession
  throw new SessionUnsupportedError(
    'session is not a MongoDB session. Pass what mongoose.startSession() gave you.',
  )
}
