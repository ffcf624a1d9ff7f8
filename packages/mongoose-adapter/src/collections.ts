import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import type { Connection, mongo } from 'mongoose'
import type {
  AttemptDocument,
  DeliveryDocument,
  EventDocument,
  LaneDocument,
  ReplayDocument,
  MetricsCallDocument,
  MetricsDocument,
  MetricsFoldDocument,
  SubscriptionDocument,
} from './documents.js'

/** The names of the collections. */
export interface CollectionNames {
  /** Default `webhooksubscriptions`: the seed's model. */
  readonly subscriptions: string
  readonly events: string
  readonly deliveries: string
  readonly attempts: string
  readonly lanes: string
  readonly replays: string
  readonly metrics: string
}

export const DEFAULT_NAMES: CollectionNames = {
  subscriptions: 'webhooksubscriptions',
  events: 'webhookevents',
  deliveries: 'webhookdeliveries',
  attempts: 'webhookattempts',
  lanes: 'webhooklanes',
  replays: 'webhookreplays',
  metrics: 'webhookmetrics',
}

/** The driver's own collections: models that the app registered are never touched. */
export interface Collections {
  /** Of the caller's own Mongoose: drivers refuse ids of another version of theirs. */
  readonly ObjectId: typeof mongo.ObjectId
  readonly subscriptions: mongo.Collection<SubscriptionDocument>
  readonly events: mongo.Collection<EventDocument>
  readonly deliveries: mongo.Collection<DeliveryDocument>
  readonly attempts: mongo.Collection<AttemptDocument>
  readonly lanes: mongo.Collection<LaneDocument>
  readonly replays: mongo.Collection<ReplayDocument>
  readonly metrics: mongo.Collection<MetricsDocument>
  /** In the same one: what is not yet added to the hours, and what is being added. */
  readonly metricsCalls: mongo.Collection<MetricsCallDocument>
  readonly metricsFolds: mongo.Collection<MetricsFoldDocument>
}

/**
 * Whatever the app's connection was set to: writes durable on a majority, reads where the writes went (a lane that was just
 * won must be found), numbers as numbers, and an unset field in a filter as `null`, which no id is. Dropped, as some
 * connections are set to do, it would match every document.
 */
const OURS = {
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
  promoteValues: true,
  promoteLongs: true,
  useBigInt64: false,
  ignoreUndefined: false,
} as const

/** The collections, with our settings. */
export const collectionsOf = (
  database: mongo.Db,
  ObjectId: typeof mongo.ObjectId,
  names: CollectionNames,
): Collections => ({
  ObjectId,
  subscriptions: database.collection(names.subscriptions, OURS),
  events: database.collection(names.events, OURS),
  deliveries: database.collection(names.deliveries, OURS),
  attempts: database.collection(names.attempts, OURS),
  lanes: database.collection(names.lanes, OURS),
  replays: database.collection(names.replays, OURS),
  metrics: database.collection(names.metrics, OURS),
  metricsCalls: database.collection(names.metrics, OURS),
  metricsFolds: database.collection(names.metrics, OURS),
})

/** The connection's database, once it is connected. */
export const databaseOf = async (connection: Connection): Promise<mongo.Db> => {
  const { db } = await connection.asPromise()
  if (!db)
    throw new StorageUnavailableError(
      'The Mongoose connection was never opened. Call mongoose.connect(uri) first; a call made after that will do.',
    )
  return db as unknown as mongo.Db
}
