import { SessionUnsupportedError } from '@swigs/webhooks-protocol'
import type { Outbox } from '../../ports/storage.js'
import { newestFirst, putDelivery, wakeLane, type MemoryState } from './state.js'

export const memoryOutbox = (state: MemoryState): Outbox => ({
  append: async ({ events, sweepAt, session }) => {
    if (session !== undefined)
      throw new SessionUnsupportedError(
        'memoryStorage has no transactions. Leave session out, or use mongooseStorage on a replica set.',
      )
    return events.map((event) => {
      if (state.events.has(event.id)) return false
      state.events.set(event.id, { ...event })
      state.sweepAt.set(event.id, sweepAt)
      state.unfanned.set([sweepAt, event.id], undefined)
      return true
    })
  },
  pendingEvents: async ({ now, limit }) => {
    const found = []
    for (const [sweepAt, id] of state.unfanned.keys()) {
      const event = state.events.get(id)
      if (sweepAt > now || found.length === limit) break
      if (event) found.push(event)
    }
    return found
  },
  fanOut: async ({ now, eventIds, deliveries }) => {
    for (const delivery of deliveries)
      if (!state.deliveries.has(delivery.id))
        putDelivery(state, {
          id: delivery.id,
          eventId: delivery.eventId,
          eventType: delivery.eventType,
          siteId: delivery.siteId,
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
        })
    for (const subscriptionId of new Set(deliveries.map((delivery) => delivery.subscriptionId)))
      wakeLane(state, subscriptionId, now)
    for (const id of eventIds) {
      const sweepAt = state.sweepAt.get(id)
      if (sweepAt !== undefined) state.unfanned.delete([sweepAt, id])
      state.sweepAt.delete(id)
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
