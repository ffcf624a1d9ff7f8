import { SessionUnsupportedError } from '@swigs/webhooks-protocol'
import {
  boundCalls,
  NO_REPORT,
  type Storage,
  type StorageReport,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Connection, mongo } from 'mongoose'
import { guarded } from './errors.js'
import { openingOn } from './opening.js'
import { settingsOf, type MongooseStorageOptions } from './options.js'
import { serverNow, type ServerAbilities } from './server.js'
import type { StoreContext } from './stores/context.js'
import { mongoDeliveries } from './stores/deliveries.js'
import { mongoEvents } from './stores/events.js'
import { mongoLanes } from './stores/lanes.js'
import { mongoMaintenance } from './stores/maintenance.js'
import { mongoReplays } from './stores/replays.js'
import { mongoMetrics } from './stores/metrics.js'
import { mongoSubscriptions } from './stores/subscriptions.js'
import { watchEvents } from './watch-events.js'

/** Storage on MongoDB, with what only this one has. */
export interface MongooseStorage extends Storage {
  /**
   * Creates missing indexes; answers those that could not be made. For deployments that leave `autoIndex` off; where it is on,
   * indexes of earlier versions that nothing needs any more are dropped as well. The TTL index is among them once a dispatcher
   * has said how long deliveries are kept.
   */
  createIndexes(): Promise<readonly string[]>
  /** The hex of an ObjectId, as the seed's model has them. */
  newSubscriptionId(): string
}

/**
 * Storage on the MongoDB that the app's Mongoose connection has. The connection stays the caller's: it is never closed. A
 * method whose server is not there throws `StorageUnavailableError`, `open` too, after `operationTimeoutMs` at the latest;
 * `open` throws `STORAGE_INVALID` on a server that cannot keep one owner to a lane.
 * @throws InvalidOptionsError when `connection` is not a Mongoose connection, or an option is wrong.
 * @example
 * const webhooks = createDispatcher({ storage: mongooseStorage(mongoose.connection) })
 */
export const mongooseStorage = (
  connection: Connection,
  options: MongooseStorageOptions = {},
): MongooseStorage => {
  const settings = settingsOf(connection, options)
  const opening = openingOn(connection, settings)
  let told: StorageReport = NO_REPORT
  const context: StoreContext = {
    at: () => opening.current().collections,
    report: { malformed: (row) => told.malformed(row) },
    logger: settings.logger,
  }
  const bound = <G extends object>(group: string, methods: G): G =>
    boundCalls('MongoDB', group, methods, settings.operationTimeoutMs)
  const now = async () => {
    const opened = opening.now()
    return opened && guarded('now', () => serverNow(opened.database, opened.abilities))
  }
  // Repairing and pruning are long on large collections, and nobody waits for them.
  const maintenance = mongoMaintenance(context)

  return {
    name: 'mongo',
    open: async ({ retentionMs, report } = {}) => {
      told = report ?? told
      await opening.open(retentionMs)
    },
    close: async () => opening.close(),
    ...bound('storage', { now }),
    watch: async (onHint) => {
      const { abilities, collections } = opening.current()
      return abilities.transactions ? watchEvents(collections.events, onHint) : async () => undefined
    },
    createIndexes: opening.makeIndexes,
    newSubscriptionId: () => new connection.base.mongo.ObjectId().toHexString(),
    subscriptions: bound('subscriptions', mongoSubscriptions(context)),
    events: bound(
      'events',
      mongoEvents(context, (session) => checkSession(opening.current().abilities, session)),
    ),
    lanes: bound('lanes', mongoLanes(context)),
    deliveries: bound('deliveries', mongoDeliveries(context)),
    replays: bound('replays', mongoReplays(context)),
    metrics: bound('metrics', mongoMetrics(context)),
    maintenance: { ...maintenance, ...bound('maintenance', { counts: maintenance.counts }) },
  }
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
