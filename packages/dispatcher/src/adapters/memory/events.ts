import { SessionUnsupportedError } from '@swigs/webhooks-protocol'
import type { EventStore } from '../../ports/storage/events.js'
import { newestFirst, putDelivery, wakeLane, type MemoryState } from './state.js'

export const memoryEvents = (state: MemoryState): EventStore => ({
  append: async ({ callId, events, visibleAt, session }) => {
    if (session !== undefined)
      throw new SessionUnsupportedError(
        'memoryStorage has no transactions. Leave session out, or use mongooseStorage on a replica set.',
      )
    const made = new Set<string>()
    return events.map((event) => {
      if (state.events.has(event.id))
        return made.has(event.id) ? false : state.appendedBy.get(event.id) === callId
      state.events.set(event.id, { ...event })
      made.add(event.id)
      state.visibleAt.set(event.id, visibleAt)
      state.appendedBy.set(event.id, callId)
      state.unfanned.set([visibleAt, event.id], undefined)
      return true
    })
  },
  unfanned: async ({ now, limit }) => {
    const found = []
    for (const [visibleAt, id] of state.unfanned.keys()) {
      const event = state.events.get(id)
      if (visibleAt > now || found.length === limit) break
      if (event) found.push(event)
    }
    return found
  },
  fanOut: async ({ now, eventIds, deliveries }) => {
    for (const delivery of deliveries)
      if (!state.deliveries.has(delivery.id))
        putDelivery(
          state,
          {
            id: delivery.id,
            eventId: delivery.eventId,
            eventType: state.events.get(delivery.eventId)?.type ?? '',
            siteId: state.events.get(delivery.eventId)?.siteId ?? null,
            subscriptionId: delivery.subscriptionId,
            status: 'pending',
            reason: null,
            dueAt: delivery.dueAt,
            createdAt: delivery.createdAt,
            settledAt: null,
            attemptCount: 0,
            scheduleStep: 0,
            once: delivery.once,
            attempts: [],
          },
          now,
        )
    for (const subscriptionId of new Set(deliveries.map((delivery) => delivery.subscriptionId)))
      wakeLane(state, subscriptionId, now)
    for (const id of eventIds) {
      const visibleAt = state.visibleAt.get(id)
      if (visibleAt !== undefined) state.unfanned.delete([visibleAt, id])
      state.visibleAt.delete(id)
      state.appendedBy.delete(id)
    }
  },
  get: async (eventIds) => [...new Set(eventIds)].flatMap((id) => state.events.get(id) ?? []),
  list: async ({ after, limit, type, siteId, since = -Infinity, until = Infinity }) => {
    const rows = [...state.events.values()].filter(
      (event) =>
        (type === undefined || event.type === type) &&
        (siteId === undefined || event.siteId === siteId) &&
        event.acceptedAt >= since &&
        event.acceptedAt < until,
    )
    return newestFirst(rows, ({ acceptedAt, id }) => [acceptedAt, id], after, limit)
  },
})
