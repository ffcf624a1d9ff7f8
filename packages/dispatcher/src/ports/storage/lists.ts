import type { DeliveryStatus } from '../../core/delivery.js'

/** A place in a list that is sorted by `(at, id)`, newest first. */
export interface Position {
  readonly at: number
  readonly id: string
}

/** A page, newest first, strictly after `after`. */
export interface PageQuery {
  readonly after: Position | null
  readonly limit: number
}

/** A page of events by `(acceptedAt, id)`; what is left out does not restrict. `since ≤ acceptedAt < until`, epoch ms. */
export interface EventQuery extends PageQuery {
  readonly type?: string | undefined
  readonly siteId?: string | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** A page of deliveries by `(createdAt, id)`; what is left out does not restrict. `since ≤ createdAt < until`, epoch ms. */
export interface DeliveryQuery extends PageQuery {
  readonly subscriptionId?: string | undefined
  readonly eventId?: string | undefined
  readonly status?: DeliveryStatus | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/**
 * The filters that a storage must serve by an index, in the list's own order, so that a page costs the same at a million
 * rows: those of one entry come together. All others are never passed to `list`: the dispatcher looks at rows for them. No
 * index holds `delivered`: nearly all are, and what is pending for one subscription is among its newest.
 */
export const SERVED_FILTERS = {
  events: [['siteId'], ['type']],
  deliveries: {
    delivered: [['eventId'], ['subscriptionId']],
    pending: [['eventId'], ['subscriptionId'], ['status']],
    other: [['eventId'], ['subscriptionId', 'status'], ['status']],
  },
} as const
