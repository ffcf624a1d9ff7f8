import type { Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { PageQuery, Position } from '../ports/storage/lists.js'
import type { Storage } from '../ports/storage/storage.js'
import { splitEventFilter, type DeliveryFilter } from './served-filter.js'

/** A delivery in the order of its event. */
export interface OfEvent {
  readonly event: Pick<StoredEvent, 'id' | 'acceptedAt'>
  readonly delivery: Delivery
}

const EVENTS_AT_A_TIME = 50

/** The place of a delivery in that order: behind its event's, its own within the event. */
export const placeOf = ({ event, delivery }: OfEvent): Position => ({
  at: event.acceptedAt,
  id: JSON.stringify([event.id, delivery.createdAt, delivery.id]),
})

/** Deliveries of the events of a type or a site, newest event first: no index of deliveries has either. */
export const deliveriesByEvent =
  ({ events, deliveries }: Pick<Storage, 'events' | 'deliveries'>, { type, siteId }: DeliveryFilter) =>
  async ({ after, limit }: PageQuery): Promise<OfEvent[]> => {
    const found: OfEvent[] = []
    const fill = async (event: OfEvent['event'], from: Position | null) => {
      const rows = await deliveries.list({ eventId: event.id, after: from, limit: limit - found.length })
      found.push(...rows.map((delivery) => ({ event, delivery })))
    }
    let last: Position | null = null
    if (after) {
      const [eventId, createdAt, id] = JSON.parse(after.id) as [string, number, string]
      await fill({ id: eventId, acceptedAt: after.at }, { at: createdAt, id })
      last = { at: after.at, id: eventId }
    }
    const { driving, matches = () => true } = splitEventFilter({ type, siteId })
    for (let more = true; more && found.length < limit;) {
      const page = await events.list({ ...driving, after: last, limit: EVENTS_AT_A_TIME })
      for (const event of page) {
        if (found.length >= limit) break
        last = { at: event.acceptedAt, id: event.id }
        if (matches(event)) await fill(event, null)
      }
      more = page.length === EVENTS_AT_A_TIME
    }
    return found
  }
