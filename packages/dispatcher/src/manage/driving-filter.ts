import type { Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { DeliveryQuery, EventQuery } from '../ports/storage.js'

/** Filters in two parts: what every storage has an index for, and what is looked at row by row. */
export interface Split<Q, R> {
  readonly driving: Q
  /** Absent when nothing is left. */
  readonly matches?: (row: R) => boolean
}

type DeliveryFilter = Omit<DeliveryQuery, 'after' | 'limit'>

/** Together on one index; otherwise the first of them that is given. */
const DELIVERY_INDEXES = [
  ['eventId'],
  ['subscriptionId', 'status'],
  ['siteId'],
  ['status'],
  ['type'],
] as const
// Nearly all are delivered: among the newest rows there soon are some, and no index has to hold them all.
const WITHOUT_STATUS = [['eventId'], ['subscriptionId'], ['siteId'], ['type']] as const

export const splitDeliveryFilter = ({
  since,
  until,
  ...equals
}: DeliveryFilter): Split<DeliveryFilter, Delivery> =>
  split(
    { since, until },
    equals,
    equals.status === 'delivered' ? WITHOUT_STATUS : DELIVERY_INDEXES,
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
