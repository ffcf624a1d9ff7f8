import type { Connection, mongo } from 'mongoose'
import type { DeliveryDocument, EventDocument, LaneDocument, SubscriptionDocument } from './documents.js'

/** The names of the collections. */
export interface CollectionNames {
  /** Default `webhooksubscriptions`: the seed's model. */
  readonly subscriptions: string
  readonly events: string
  readonly deliveries: string
  readonly lanes: string
}

export const DEFAULT_NAMES: CollectionNames = {
  subscriptions: 'webhooksubscriptions',
  events: 'webhookevents',
  deliveries: 'webhookdeliveries',
  lanes: 'webhooklanes',
}

/** The driver's own collections: models that the app registered are never touched. */
export interface Collections {
  /** Of the caller's own Mongoose: drivers refuse ids of another version of theirs. */
  readonly ObjectId: typeof mongo.ObjectId
  readonly subscriptions: mongo.Collection<SubscriptionDocument>
  readonly events: mongo.Collection<EventDocument>
  readonly deliveries: mongo.Collection<DeliveryDocument>
  readonly lanes: mongo.Collection<LaneDocument>
}

const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const

/** The collections, all writes durable on a majority. */
export const collectionsOf = (
  database: mongo.Db,
  ObjectId: typeof mongo.ObjectId,
  names: CollectionNames,
): Collections => ({
  ObjectId,
  subscriptions: database.collection(names.subscriptions, DURABLE),
  events: database.collection(names.events, DURABLE),
  deliveries: database.collection(names.deliveries, DURABLE),
  lanes: database.collection(names.lanes, DURABLE),
})

/** The connection's database, once it is connected. */
export const databaseOf = async (connection: Connection): Promise<mongo.Db> => {
  const { db } = await connection.asPromise()
  if (!db) throw new Error('the connection has no database')
  return db as unknown as mongo.Db
}
