import type { Delivery, DeliveryReason } from '../../core/delivery.js'
import type { StoredEvent } from '../../core/event.js'
import { SERVED_FILTERS, type DeliveryQuery, type EventQuery } from '../../ports/storage/lists.js'

/** Filters in two parts: what a storage serves by an index, and what is looked at row by row. */
export interface Split<Q, R> {
  readonly driving: Q
  /** Absent when nothing is left. */
  readonly matches?: (row: R) => boolean
}

/** What deliveries can be listed by. */
export interface DeliveryFilter extends Omit<DeliveryQuery, 'after' | 'limit'> {
  readonly type?: string | undefined
  readonly siteId?: string | undefined
  readonly reason?: DeliveryReason | undefined
}

/** What events can be listed by. */
export type EventFilter = Omit<EventQuery, 'after' | 'limit'>

export const splitDeliveryFilter = ({
  since,
  until,
  ...equals
}: DeliveryFilter): Split<DeliveryFilter, Delivery> => {
  const { delivered, pending, other } = SERVED_FILTERS.deliveries
  const served = equals.status === 'delivered' ? delivered : equals.status === 'pending' ? pending : other
  return split<typeof equals, object, Delivery>({ since, until }, equals, served, (delivery, name) =>
    name === 'type' ? delivery.eventType : delivery[name],
  )
}

export const splitEventFilter = ({ since, until, ...equals }: EventFilter): Split<EventFilter, StoredEvent> =>
  split({ since, until }, equals, SERVED_FILTERS.events, (event, name) => event[name])

/** Whether what the events say leads to fewer rows than anything that deliveries have an index for. */
export const isByEvent = ({ eventId, subscriptionId, status, type, siteId }: DeliveryFilter): boolean => {
  if (eventId !== undefined || subscriptionId !== undefined) return false
  return siteId !== undefined || (type !== undefined && (status === undefined || status === 'delivered'))
}

/** Whether a delivery that was found by its event is one that the filter asks for. */
export const fits = (
  { status, reason, type, siteId, since = -Infinity, until = Infinity }: DeliveryFilter,
  row: Delivery,
): boolean =>
  (status === undefined || row.status === status) &&
  (reason === undefined || row.reason === reason) &&
  (type === undefined || row.eventType === type) &&
  (siteId === undefined || row.siteId === siteId) &&
  row.createdAt >= since &&
  row.createdAt < until

const split = <E extends object, W, R>(
  window: W,
  equals: E,
  served: readonly (readonly (keyof E)[])[],
  read: (row: R, name: keyof E) => unknown,
): Split<E & W, R> => {
  const given = (Object.keys(equals) as (keyof E)[]).filter((name) => equals[name] !== undefined)
  const index = served.find(([first]) => first !== undefined && given.includes(first)) ?? []
  const driving = given.filter((name) => index.includes(name))
  const rest = given.filter((name) => !index.includes(name))
  const pick = Object.fromEntries(driving.map((name) => [name, equals[name]])) as E
  return {
    driving: { ...pick, ...window },
    ...(rest.length > 0 && { matches: (row: R) => rest.every((name) => read(row, name) === equals[name]) }),
  }
}
