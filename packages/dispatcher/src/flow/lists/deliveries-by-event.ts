import type { Delivery } from '../../core/delivery.js'
import type { StoredEvent } from '../../core/event.js'
import type { PageQuery, Position } from '../../ports/storage/lists.js'
import type { Storage } from '../../ports/storage/storage.js'
import { splitEventFilter, type DeliveryFilter } from './served-filter.js'

/** A delivery in the order of its event; none for an event that has no (more) deliveries, or is not asked for. */
export interface OfEvent {
  readonly event: Pick<StoredEvent, 'id' | 'acceptedAt'>
  readonly delivery: Delivery | null
}

/** Looked at together, at most: events that have few deliveries. */
const EVENTS_AT_A_TIME = 20
/** Looked at first: where an event has many, what is read of the others would be read for nothing. */
const EVENTS_AT_FIRST = 2

/** The place of a delivery in that order: behind its event's, its own within the event. */
export const placeOf = ({ event, delivery }: OfEvent): Position => ({
  at: event.acceptedAt,
  id: JSON.stringify([event.id, delivery?.createdAt ?? -1, delivery?.id ?? '']),
})

/**
 * Deliveries of the events of a type or a site, newest event first: no index of deliveries has either. Every event that is
 * looked at is a row at least, so that a page knows how much it has read.
 */
export const deliveriesByEvent = (
  { events, deliveries }: Pick<Storage, 'events' | 'deliveries'>,
  { type, siteId }: DeliveryFilter,
) => {
  const { driving, matches = () => true } = splitEventFilter({ type, siteId })

  const rowsOf = async (
    event: OfEvent['event'],
    after: Position | null,
    limit: number,
  ): Promise<OfEvent[]> => {
    const found = await deliveries.list({ eventId: event.id, after, limit })
    const rows = found.map((delivery) => ({ event, delivery }))
    return found.length < limit ? [...rows, { event, delivery: null }] : rows
  }

  return async ({ after, limit }: PageQuery): Promise<OfEvent[]> => {
    const found: OfEvent[] = []
    let last: Position | null = null
    if (after) {
      const [eventId, at, id] = JSON.parse(after.id) as [string, number, string]
      last = { at: after.at, id: eventId }
      if (at >= 0) found.push(...(await rowsOf({ id: eventId, acceptedAt: after.at }, { at, id }, limit)))
    }
    let [looked, came] = [0, 0]
    while (found.length < limit) {
      const wanted = limit - found.length
      // As many as fill the page, going by those before them; each is a row at least.
      const rows =
        looked === 0 ? EVENTS_AT_FIRST : Math.min(EVENTS_AT_A_TIME, Math.ceil((wanted * looked) / came))
      const page = await events.list({ ...driving, after: last, limit: rows })
      const read = page.map(async (event) =>
        matches(event) ? rowsOf(event, null, wanted) : [{ event, delivery: null }],
      )
      const some = (await Promise.all(read)).flat()
      found.push(...some)
      looked += page.length
      came += some.length
      const end = page.at(-1)
      // One that is short may lack a row that cannot be read.
      if (!end) break
      last = { at: end.acceptedAt, id: end.id }
    }
    return found.slice(0, limit)
  }
}
