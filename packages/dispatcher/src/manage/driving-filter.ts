import type { Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { DeliveryQuery, EventQuery } from '../ports/storage/lists.js'

/** Filters in two parts: what every storage has an index for, and what is looked at row by row. */
export interface Split<Q, R> {
  readonly driving: Q
  /** Absent when nothing is left. */
  readonly matches?: (row: R) => boolean
}

type DeliveryFilter = Omit<DeliveryQuery, 'after' | 'limit'>

/**
 * Together on one index; otherwise the first of them that is given. Every index that holds a state is written twice in each
 * delivery's life, so there are few: nearly all are delivered, and what is pending for one subscription is among its newest.
 */
const DELIVERY_INDEXES = {
  delivered: [['eventId'], ['subscriptionId'], ['siteId'], ['type']],
  pending: [['eventId'], ['subscriptionId'], ['siteId'], ['status']],
  other: [['eventId'], ['subscriptionId', 'status'], ['siteId'], ['status'], ['type']],
} as const

export const splitDeliveryFilter = ({
  since,
  until,
  ...equals
}: DeliveryFilter): Split<DeliveryFilter, Delivery> =>
  split(
    { since, until },
    equals,
    DELIVERY_INDEXES[equals.status === 'delivered' || equals.status === 'pending' ? equals.status : 'other'],
    (delivery, name) => (name === 'type' ? delivery.eventType : delivery[name]),
  )

type EventFilter = Omit<EventQuery, 'after' | 'limit'>

export const splitEventFilter = ({ since, until, ...equals }: EventFilter): Split<EventFilter, StoredEvent> =>
  split({ since, until }, equals, [['siteId'], ['type']] as const, (event, name) => event[name])

const split = <E extends object, W, R>(
  window: W,
  equals: E,
  indexes: readonly (readonly (keyof E)[])[],
  read: (row: R, name: keyof E) => unknown,
): Split<E & W, R> => {
  const given = (Object.keys(equals) as (keyof E)[]).filter((name) => equals[name] !== undefined)
  const index = indexes.find(([first]) => first !== undefined && given.includes(first)) ?? []
  const driving = given.filter((name) => index.includes(name))
  const rest = given.filter((name) => !index.includes(name))
  const pick = Object.fromEntries(driving.map((name) => [name, equals[name]])) as E
  return {
    driving: { ...pick, ...window },
    ...(rest.length > 0 && { matches: (row: R) => rest.every((name) => read(row, name) === equals[name]) }),
  }
}
