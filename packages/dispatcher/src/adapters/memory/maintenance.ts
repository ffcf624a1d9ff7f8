import { CLOCKS_DIFFER_MS } from '../../core/clocks-differ.js'
import type { Delivery, DeliveryStatus } from '../../core/delivery.js'
import { NEVER, type LaneState } from '../../core/lane.js'
import type { Maintenance } from '../../ports/storage/maintenance.js'
import { putDelivery, putLane, wakeLane, type MemoryState } from './state.js'

export const memoryMaintenance = (state: MemoryState): Maintenance => ({
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
    return { ...counts, due, oldestDueAt, nextDueAt: nextDueAt(state), pendingEvents: state.visibleAt.size }
  },
  prune: async ({ before, limit }) => {
    const deliveriesOf = new Map<string, Delivery[]>()
    for (const delivery of state.deliveries.values()) {
      const known = deliveriesOf.get(delivery.eventId)
      if (known) known.push(delivery)
      else deliveriesOf.set(delivery.eventId, [delivery])
    }
    for (const { id, state: stands, createdAt } of state.replays.values())
      if (stands !== 'running' && createdAt < before) state.replays.delete(id)
    let pruned = 0
    for (const event of state.events.values()) {
      if (pruned === limit) break
      const deliveries = deliveriesOf.get(event.id) ?? []
      const busy = state.visibleAt.has(event.id) || deliveries.some(({ status }) => status === 'pending')
      if (event.acceptedAt >= before || busy) continue
      for (const { id } of deliveries) state.deliveries.delete(id)
      state.events.delete(event.id)
      pruned += 1
    }
    return pruned
  },
  repair: async ({ now, latestDueAt, latestVisibleAt }) => {
    const repaired = new Set<string>()
    for (const lane of state.lanes.values())
      if (bringBack(state, lane, now)) repaired.add(lane.subscriptionId)
    for (const [id, visibleAt] of [...state.visibleAt]) {
      const isOfLater = (state.events.get(id)?.acceptedAt ?? 0) > now + CLOCKS_DIFFER_MS
      const meant = Math.min(visibleAt, isOfLater ? now : latestVisibleAt)
      if (meant < visibleAt) show(state, id, meant)
    }
    for (const [subscriptionId, queue] of state.pending) {
      for (const [dueAt, id] of queue.keysArray()) {
        const ahead = Math.max(0, (state.writtenAt.get(id) ?? now) - now)
        const meant = Math.min(dueAt - ahead, latestDueAt)
        const delivery = dueAt > meant ? state.deliveries.get(id) : undefined
        if (delivery) putDelivery(state, { ...delivery, dueAt: meant }, now)
      }
      const first = queue.minKey()
      const lane = state.lanes.get(subscriptionId)
      const owned = lane?.token != null && lane.leaseUntil > now
      if (!first || owned || sleepsOnPurpose(state, subscriptionId)) continue
      if (lane && lane.dueAt <= Math.max(first[0], now)) continue
      wakeLane(state, subscriptionId, now)
      repaired.add(subscriptionId)
    }
    return repaired.size
  },
})

const show = (state: MemoryState, id: string, visibleAt: number): void => {
  state.unfanned.delete([state.visibleAt.get(id) ?? visibleAt, id])
  state.visibleAt.set(id, visibleAt)
  state.unfanned.set([visibleAt, id], undefined)
}

/** A lease or a hold that reaches further than it was written for. */
const bringBack = (state: MemoryState, lane: LaneState, now: number): boolean => {
  const latest = now + lane.leaseMs
  if (lane.leaseUntil <= latest) return false
  putLane(state, { ...lane, leaseUntil: latest })
  return true
}

const sleepsOnPurpose = ({ subscriptions }: MemoryState, id: string): boolean => {
  const subscription = subscriptions.get(id)
  return subscription !== undefined && (!subscription.isActive || subscription.pausedAt !== null)
}

const nextDueAt = (state: MemoryState): number | null => {
  let next = NEVER
  for (const [dueAt, id] of state.dueLanes.keys()) {
    if (dueAt >= next) break
    next = Math.min(next, Math.max(dueAt, state.lanes.get(id)?.leaseUntil ?? 0))
  }
  return next === NEVER ? null : next
}
