import { withoutAnswers, type Delivery } from '../../core/delivery.js'
import type { DeliveryStore } from '../../ports/storage/deliveries.js'
import { newestFirst, putDelivery, wakeLane, type MemoryState } from './state.js'

export const memoryDeliveries = (state: MemoryState): DeliveryStore => ({
  get: async (id) => state.deliveries.get(id) ?? null,
  list: async ({ after, limit, since = -Infinity, until = Infinity, ...equals }) => {
    const { subscriptionId, eventId, status } = equals
    const rows = [...state.deliveries.values()].filter(
      (delivery) =>
        (subscriptionId === undefined || delivery.subscriptionId === subscriptionId) &&
        (eventId === undefined || delivery.eventId === eventId) &&
        (status === undefined || delivery.status === status) &&
        delivery.createdAt >= since &&
        delivery.createdAt < until,
    )
    return newestFirst(rows, ({ createdAt, id }) => [createdAt, id], after, limit).map(withoutAnswers)
  },
  resend: async ({ ids, now }) => {
    const found = ids.flatMap((id) => state.deliveries.get(id) ?? [])
    for (const delivery of found) putDelivery(state, again(delivery, now), now)
    for (const subscriptionId of new Set(found.map((delivery) => delivery.subscriptionId)))
      wakeLane(state, subscriptionId, now)
  },
  cancel: async ({ ids, reason, now, status = 'cancelled' }) => {
    for (const id of ids) {
      const delivery = state.deliveries.get(id)
      if (delivery?.status === 'pending')
        putDelivery(state, { ...delivery, status, reason, settledAt: now }, now)
    }
  },
})

const again = (delivery: Delivery, now: number): Delivery =>
  delivery.status === 'pending'
    ? { ...delivery, dueAt: Math.min(delivery.dueAt, now) }
    : {
        ...delivery,
        status: 'pending',
        reason: null,
        dueAt: now,
        scheduleStep: 0,
        settledAt: null,
        once: false,
      }
