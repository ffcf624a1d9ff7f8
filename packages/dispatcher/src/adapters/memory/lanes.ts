import { MAX_ATTEMPTS_KEPT } from '../../core/attempt.js'
import type { Lane, LaneState } from '../../core/lane.js'
import { statsDeltas, type Settlement } from '../../core/settlement.js'
import type { LaneStore } from '../../ports/storage.js'
import { putDelivery, putLane, wakeLane, type MemoryState } from './state.js'

export const memoryLanes = (state: MemoryState): LaneStore => ({
  acquire: async ({ token, now, leaseUntil, limit, subscriptionIds }) => {
    const taken: Lane[] = []
    for (const lane of candidates(state, now, subscriptionIds)) {
      if (taken.length === limit) break
      if (lane.dueAt > now || lane.leaseUntil > now) continue
      const held = { ...lane, token, leaseUntil, strikes: lane.strikes + 1 }
      putLane(state, held)
      const { dueAt: _dueAt, ...owned } = held
      taken.push(owned)
    }
    return taken
  },
  extend: async ({ leaseUntil, lanes }) =>
    lanes.flatMap(({ subscriptionId, token, window }) => {
      const lane = state.lanes.get(subscriptionId)
      if (!lane || lane.token !== token) return []
      putLane(state, { ...lane, leaseUntil, window: window ? structuredClone(window) : lane.window })
      return [subscriptionId]
    }),
  release: async ({ now, lanes }) => {
    for (const {
      subscriptionId,
      token,
      wakeups,
      dueAt,
      availableAt,
      window,
      strikes,
      heldStrikes,
    } of lanes) {
      const lane = state.lanes.get(subscriptionId)
      if (!lane || lane.token !== token) continue
      putLane(state, {
        ...lane,
        token: null,
        leaseUntil: availableAt,
        dueAt: lane.wakeups === wakeups ? dueAt : now,
        window: structuredClone(window),
        strikes,
        heldStrikes,
      })
    }
  },
  upcoming: async ({ subscriptionId, limit }) => {
    const found = []
    for (const [, id] of state.pending.get(subscriptionId)?.keys() ?? []) {
      if (found.length === limit) break
      const delivery = state.deliveries.get(id)
      if (delivery) found.push(delivery)
    }
    return found
  },
  settle: async ({ now, settlements, progressed }) => {
    const applied = settlements.filter((settlement) => settleOne(state, settlement, now))
    for (const [subscriptionId, { sent, failed, lastSentAt, lastError }] of statsDeltas(applied)) {
      const subscription = state.subscriptions.get(subscriptionId)
      if (!subscription) continue
      const { stats } = subscription
      state.subscriptions.set(subscriptionId, {
        ...subscription,
        stats: {
          totalSent: stats.totalSent + sent,
          totalFailed: stats.totalFailed + failed,
          lastSentAt: lastSentAt ?? stats.lastSentAt,
          lastError: lastError ?? stats.lastError,
        },
      })
    }
    for (const subscriptionId of progressed) {
      const lane = state.lanes.get(subscriptionId)
      if (lane) putLane(state, { ...lane, strikes: 0, heldStrikes: 0 })
    }
    const changed = new Set(applied)
    return settlements.flatMap((settlement) => (changed.has(settlement) ? [] : settlement.deliveryId))
  },
  get: async (subscriptionId) => state.lanes.get(subscriptionId) ?? null,
  wake: async ({ subscriptionId, now }) => wakeLane(state, subscriptionId, now),
  remove: async (subscriptionId) => {
    const lane = state.lanes.get(subscriptionId)
    if (lane) state.dueLanes.delete([lane.dueAt, subscriptionId])
    state.lanes.delete(subscriptionId)
  },
  nextDueAt: async () => {
    let next = Infinity
    for (const [dueAt, id] of state.dueLanes.keys()) {
      if (dueAt >= next) break
      next = Math.min(next, Math.max(dueAt, state.lanes.get(id)?.leaseUntil ?? 0))
    }
    return next === Infinity ? null : next
  },
})

const candidates = (state: MemoryState, now: number, ids: readonly string[] | undefined): LaneState[] => {
  if (ids) return [...new Set(ids)].flatMap((id) => state.lanes.get(id) ?? [])
  const found: LaneState[] = []
  for (const [dueAt, id] of state.dueLanes.keys()) {
    if (dueAt > now) break
    const lane = state.lanes.get(id)
    if (lane) found.push(lane)
  }
  return found
}

const settleOne = (state: MemoryState, settlement: Settlement, now: number): boolean => {
  const delivery = state.deliveries.get(settlement.deliveryId)
  const lane = state.lanes.get(settlement.subscriptionId)
  if (lane?.token !== settlement.token || delivery?.status !== 'pending') return false
  if (delivery.subscriptionId !== settlement.subscriptionId) return false
  if (delivery.attemptCount !== settlement.expectedAttemptCount) return false
  const { attempt, status, reason, dueAt, scheduleStep } = settlement
  putDelivery(state, {
    ...delivery,
    status,
    reason,
    dueAt,
    scheduleStep,
    attemptCount: delivery.attemptCount + 1,
    attempts: [...delivery.attempts.slice(1 - MAX_ATTEMPTS_KEPT), attempt],
    settledAt: status === 'pending' ? null : now,
  })
  return true
}
