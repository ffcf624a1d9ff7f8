import type { Lane, LaneState } from '../../core/lane.js'
import type { LaneStore } from '../../ports/storage/lanes.js'
import { completeAll } from './complete.js'
import { putLane, wakeLane, type MemoryState } from './state.js'

export const memoryLanes = (state: MemoryState): LaneStore => ({
  acquire: async ({ token, now, leaseMs, limit, subscriptionIds }) => {
    const lanes: Lane[] = []
    const others: LaneState[] = []
    for (const lane of candidates(state, now, subscriptionIds))
      if (lane.token === token && lane.leaseUntil > now) lanes.push(asOwned(lane, token))
      else if (lane.dueAt > now || lane.leaseUntil > now || lanes.length === limit) others.push(lane)
      else {
        const crashCount = lane.crashCount + 1
        const taken = { ...lane, token, leaseUntil: now + leaseMs, leaseMs, hold: null, crashCount }
        putLane(state, taken)
        lanes.push(asOwned(taken, token))
      }
    return { lanes, others: subscriptionIds ? others : [] }
  },
  extend: async ({ now, leaseMs, lanes }) =>
    lanes.flatMap(({ subscriptionId, token, window }) => {
      const lane = state.lanes.get(subscriptionId)
      if (lane?.token !== token) return []
      const leaseUntil = now + leaseMs
      putLane(state, {
        ...lane,
        leaseUntil,
        leaseMs,
        window: window ? structuredClone(window) : lane.window,
      })
      return [subscriptionId]
    }),
  release: async ({ now, lanes }) => {
    const due: string[] = []
    for (const given of lanes) {
      const { subscriptionId, token, window, crashCount, quarantinedAt } = given
      const lane = state.lanes.get(subscriptionId)
      if (lane?.token !== token) continue
      const hold = lane.lifts === given.lifts ? given.hold : null
      const leaseMs = hold?.forMs ?? 0
      if (lane.wakeups !== given.wakeups) due.push(subscriptionId)
      putLane(state, {
        ...lane,
        token: null,
        leaseUntil: hold ? now + leaseMs : 0,
        leaseMs,
        hold,
        dueAt: lane.wakeups === given.wakeups ? given.dueAt : now,
        window: structuredClone(window),
        crashCount,
        quarantinedAt,
      })
    }
    return due
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
  complete: async (input) => completeAll(state, input),
  wake: async ({ subscriptionIds, now, lift = false }) => {
    for (const subscriptionId of subscriptionIds) {
      wakeLane(state, subscriptionId, now)
      const lane = state.lanes.get(subscriptionId)
      if (lane && lift) putLane(state, lifted(lane))
    }
  },
  remove: async (subscriptionId) => {
    const lane = state.lanes.get(subscriptionId)
    if (lane) state.dueLanes.delete([lane.dueAt, subscriptionId])
    state.lanes.delete(subscriptionId)
  },
})

const asOwned = ({ dueAt: _dueAt, hold: _hold, ...lane }: LaneState, token: string): Lane => ({
  ...lane,
  token,
})

const lifted = (lane: LaneState): LaneState => {
  const after = { ...lane, lifts: lane.lifts + 1, crashCount: 0, quarantinedAt: 0 }
  return lane.token === null ? { ...after, leaseUntil: 0, leaseMs: 0, hold: null } : after
}

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
