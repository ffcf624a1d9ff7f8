import { InvalidOptionsError, SessionUnsupportedError } from '@swigs/webhooks-protocol'
import type { Logger, Storage } from '@swigs/webhooks-dispatcher'
import type { Connection, mongo } from 'mongoose'
import {
  collectionsOf,
  databaseOf,
  DEFAULT_NAMES,
  type CollectionNames,
  type Collections,
} from './collections.js'
import { guarded } from './errors.js'
import { createIndexes } from './indexes.js'
import { abilitiesOf, probeAtomicity, serverNow, type ServerAbilities } from './server.js'
import { mongoDeliveries } from './stores/deliveries.js'
import { mongoLanes } from './stores/lanes.js'
import { mongoOutbox } from './stores/outbox.js'
import { mongoSubscriptions } from './stores/subscriptions.js'
import { mongoUpkeep } from './stores/upkeep.js'

/** Where in the database, and what is done at `open`. */
export interface MongooseStorageOptions {
  /** Names of the collections. Default: the seed's `webhooksubscriptions`, and three of ours. */
  readonly collections?: Partial<CollectionNames> | undefined
  /** Create missing indexes at `open`. Default `true`. */
  readonly autoIndex?: boolean | undefined
  /** Told of an index that could not be made. Default: the console. */
  readonly logger?: Pick<Logger, 'warn'> | undefined
}

/** Storage on MongoDB, with what only this one has. */
export interface MongooseStorage extends Storage {
  /** Creates missing indexes; answers those that could not be made. For deployments that leave `autoIndex` off. */
  createIndexes(): Promise<readonly string[]>
}

/**
 * Storage on the MongoDB that the app's Mongoose connection has. The connection stays the caller's: it is never closed.
 * @throws InvalidOptionsError when `connection` is not a Mongoose connection.
 * @example
 * const webhooks = createDispatcher({ storage: mongooseStorage(mongoose.connection) })
 */
export const mongooseStorage = (
  connection: Connection,
  options: MongooseStorageOptions = {},
): MongooseStorage => {
  if (typeof (connection as Partial<Connection> | undefined)?.asPromise !== 'function')
    throw new InvalidOptionsError(
      'mongooseStorage: connection: Expected a Mongoose connection, like mongoose.connection.',
    )
  const { autoIndex = true, logger } = options
  let database: mongo.Db | null = null
  let collections: Collections | null = null
  let abilities: ServerAbilities = { transactions: false }

  const at = (): Collections => {
    if (collections) return collections
    throw new InvalidOptionsError('mongooseStorage is not open. Call open() first; a dispatcher does.')
  }

  const checkSession = (session: unknown): mongo.ClientSession => {
    if (!abilities.transactions)
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

  const makeIndexes = async () => guarded('createIndexes', () => createIndexes(at()))

  return {
    name: 'mongo',
    open: async () => {
      if (collections) return
      await guarded('open', async () => {
        database = await databaseOf(connection)
        abilities = await abilitiesOf(database)
        const made = collectionsOf(database, objectIdOf(connection), {
          ...DEFAULT_NAMES,
          ...options.collections,
        })
        await probeAtomicity(made.lanes as unknown as Parameters<typeof probeAtomicity>[0])
        collections = made
      })
      const missing = autoIndex ? await makeIndexes() : []
      if (missing.length > 0)
        (logger ?? console).warn(
          { missing },
          'Some indexes could not be made; statements that need them will scan',
        )
    },
    close: async () => {
      collections = null
    },
    now: async () => (database ? guarded('now', () => serverNow(database as mongo.Db)) : null),
    watch: async (onHint) => {
      if (!abilities.transactions) return async () => undefined
      const stream = at().events.watch([{ $match: { operationType: 'insert' } }])
      stream.on('change', onHint)
      // Polling goes on without it.
      stream.on('error', () => undefined)
      return () => stream.close()
    },
    createIndexes: makeIndexes,
    subscriptions: mongoSubscriptions(at),
    outbox: mongoOutbox(at, checkSession),
    lanes: mongoLanes(at),
    deliveries: mongoDeliveries(at),
    upkeep: mongoUpkeep(at),
  }
}

const objectIdOf = (connection: Connection): typeof mongo.ObjectId => connection.base.mongo.ObjectId
