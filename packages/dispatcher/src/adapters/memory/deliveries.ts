import type { Delivery, DeliveryReason } from '../../core/delivery.js'
import type { DeliveryStore } from '../../ports/storage.js'
import { newestFirst, putDelivery, wakeLane, type MemoryState } from './state.js'

export const memoryDeliveries = (state: MemoryState): DeliveryStore => {
  const cancel = (delivery: Delivery, reason: DeliveryReason, now: number): void =>
    putDelivery(state, { ...delivery, status: 'cancelled', reason, settledAt: now })

  const again = (delivery: Delivery, now: number): void => {
    const due = { dueAt: now, scheduleStep: 0, settledAt: null, once: false }
    putDelivery(state, { ...delivery, ...due, status: 'pending', reason: null })
    wakeLane(state, delivery.subscriptionId, now)
  }

  const failed = (query: { subscriptionId: string; since: number; until: number }): Delivery[] =>
    [...state.deliveries.values()]
      .filter(
        ({ subscriptionId, status, once, settledAt }) =>
          !once &&
          subscriptionId === query.subscriptionId &&
          status === 'failed' &&
          settledAt !== null &&
          settledAt >= query.since &&
          settledAt < query.until,
      )
      .sort((a, b) => (a.settledAt ?? 0) - (b.settledAt ?? 0))

  return {
    get: async (id) => state.deliveries.get(id) ?? null,
    list: async ({ after, limit, since = -Infinity, until = Infinity, type, ...filter }) => {
      const rows = [...state.deliveries.values()].filter(
        (delivery) =>
          delivery.createdAt >= since &&
          delivery.createdAt < until &&
          (type === undefined || delivery.eventType === type) &&
          (filter.siteId === undefined || delivery.siteId === filter.siteId) &&
          (filter.status === undefined || delivery.status === filter.status) &&
          (filter.eventId === undefined || delivery.eventId === filter.eventId) &&
          (filter.subscriptionId === undefined || delivery.subscriptionId === filter.subscriptionId),
      )
      return newestFirst(rows, ({ createdAt, id }) => [createdAt, id], after, limit).map(withoutBodies)
    },
    resend: async ({ id, now }) => {
      const delivery = state.deliveries.get(id)
      if (delivery && delivery.status !== 'pending') again(delivery, now)
      return state.deliveries.get(id) ?? null
    },
    cancel: async ({ id, now }) => {
      const delivery = state.deliveries.get(id)
      if (delivery?.status === 'pending') cancel(delivery, 'cancelled', now)
      return state.deliveries.get(id) ?? null
    },
    cancelPending: async ({ subscriptionId, now, limit }) => {
      const keys = [...(state.pending.get(subscriptionId)?.keys() ?? [])].slice(0, limit)
      for (const [, id] of keys) {
        const delivery = state.deliveries.get(id)
        if (delivery) cancel(delivery, 'subscription_removed', now)
      }
      return keys.length
    },
    countFailed: async (query) => failed(query).length,
    recover: async ({ now, limit, ...query }) => {
      const found = failed(query).slice(0, limit)
      for (const delivery of found) again(delivery, now)
      return found.length
    },
  }
}

const withoutBodies = (delivery: Delivery): Delivery => ({
  ...delivery,
  attempts: delivery.attempts.map((attempt) => ({ ...attempt, responseBody: null })),
})
