import {
  readRows,
  type LaneState,
  type QueuedDelivery,
  type StorageReport,
  type StoredEvent,
  type Subscription,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { DeliveryDocument, EventDocument, LaneDocument, SubscriptionDocument } from '../documents.js'
import { toQueued } from '../mapping/delivery.js'
import { toEvent } from '../mapping/event.js'
import { toLane } from '../mapping/lane.js'
import { toSubscription } from '../mapping/subscription.js'

/** Names a document for the report. */
export const named =
  (noun: 'subscription' | 'event' | 'delivery' | 'attempt' | 'lane' | 'replay' | 'metrics') =>
  (row: { _id: unknown }) => ({
    noun,
    id: String(row._id),
  })

/** Documents in our words; those that cannot be read are reported and passed over. */
export const readSubscriptions = (
  rows: readonly SubscriptionDocument[],
  report: StorageReport,
): Subscription[] => readRows(rows, toSubscription, named('subscription'), report)

export const readEvents = (rows: readonly EventDocument[], report: StorageReport): StoredEvent[] =>
  readRows(rows, toEvent, named('event'), report)

export const readQueued = (rows: readonly DeliveryDocument[], report: StorageReport): QueuedDelivery[] =>
  readRows(rows, toQueued, named('delivery'), report)

export const readLanes = (rows: readonly LaneDocument[], report: StorageReport): LaneState[] =>
  readRows(rows, (row) => toLane(row, report), named('lane'), report)

/** Some rows of an order: `skip` of them are known already. */
export type PageOf<R> = (skip: number, limit: number) => Promise<R[]>

/**
 * Reads from one order after another until there are `limit` answers: what is passed over takes nobody's place, so that neither
 * a lane nor a list ends where bad rows are many.
 */
export const readUpTo = async <R, T>(
  limit: number,
  read: (rows: readonly R[]) => T[] | Promise<T[]>,
  ...orders: readonly PageOf<R>[]
): Promise<T[]> => {
  const answers: T[] = []
  for (const page of orders)
    for (let skip = 0, more = true; more && answers.length < limit;) {
      const wanted = limit - answers.length
      const rows = await page(skip, wanted)
      answers.push(...(rows.length > 0 ? await read(rows) : []))
      skip += rows.length
      more = rows.length === wanted
    }
  return answers
}
