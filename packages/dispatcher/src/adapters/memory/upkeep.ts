import type { Delivery, DeliveryStatus } from '../../core/delivery.js'
import type { Upkeep } from '../../ports/storage.js'
import { wakeLane, type MemoryState } from './state.js'

export const memoryUpkeep = (state: MemoryState): Upkeep => ({
  counts: async ({ now }) => {
    const counts: Record<DeliveryStatus, number> = { pending: 0, delivered: 0, failed: 0, cancelled: 0 }
    let due = 0
    let oldestDueAt: number | null = null
    for (const { status, dueAt } of state.deliveries.values()) {
      counts[status] += 1
      if (status !== 'pending' || dueAt > now) continue
      due += 1
      oldestDueAt = Math.min(oldestDueAt ?? dueAt, dueAt)
    }
    return { ...counts, due, oldestDueAt, pendingEvents: state.sweepAt.size }
  },
  prune: async ({ before, limit }) => {
    const deliveriesOf = new Map<string, Delivery[]>()
    for (const delivery of state.deliveries.values()) {
      const known = deliveriesOf.get(delivery.eventId)
      if (known) known.push(delivery)
      else deliveriesOf.set(delivery.eventId, [delivery])
    }
    let pruned = 0
    for (const event of state.events.values()) {
      if (pruned === limit) break
      const deliveries = deliveriesOf.get(event.id) ?? []
      const busy = state.sweepAt.has(event.id) || deliveries.some(({ status }) => status === 'pending')
      if (event.acceptedAt >= before || busy) continue
      for (const { id } of deliveries) state.deliveries.delete(id)
      state.events.delete(event.id)
      pruned += 1
    }
    return pruned
  },
  repair: async ({ now }) => {
    let repaired = 0
    for (const [subscriptionId, queue] of state.pending) {
      const first = queue.minKey()
      const lane = state.lanes.get(subscriptionId)
      // Paused ones wait on purpose, and an owner knows what it does.
      const waits = state.subscriptions.get(subscriptionId)?.isActive === false
      if (!first || waits || lane?.token || (lane && lane.dueAt <= Math.max(first[0], now))) continue
      wakeLane(state, subscriptionId, now)
      repaired += 1
    }
    return repaired
  },
})
