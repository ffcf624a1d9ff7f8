import type { AttemptResult, Lane, LaneState, LaneStore } from '@swigs/webhooks-dispatcher/storage-kit'
import {
  addStats,
  MAX_ATTEMPTS_KEPT,
  metricsDeltas,
  MINUTE_MS,
  minuteOf,
  statsDeltas,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { addMetrics } from './metrics.js'
import { FREE, pendingOf, putDelivery, wakeLanes, type Rows } from './rows.js'

export const laneStore = (rows: Rows): LaneStore => ({
  acquire: async ({ token, now, leaseMs, limit, subscriptionIds }) => {
    const lanes: Lane[] = []
    const others: LaneState[] = []
    for (const lane of rows.lanes.read(subscriptionIds).sort((a, b) => a.dueAt - b.dueAt)) {
      const mine = lane.token === token && lane.leaseUntil > now // The call is made again.
      const free = lane.dueAt <= now && lane.leaseUntil <= now && lanes.length < limit
      const lease = { token, leaseUntil: now + leaseMs, leaseMs, hold: null, crashCount: lane.crashCount + 1 }
      if (free) rows.lanes.put(lane.subscriptionId, { ...lane, ...lease })
      const { dueAt: _dueAt, hold: _hold, ...owned } = { ...lane, token, ...(free && lease) }
      if (mine || free) lanes.push(owned)
      else if (subscriptionIds) others.push(lane)
    }
    return { lanes, others }
  },
  extend: async ({ now, leaseMs, lanes }) =>
    lanes.flatMap(({ subscriptionId, token, window }) => {
      const lane = rows.lanes.get(subscriptionId)
      if (lane?.token !== token) return []
      const lease = { leaseUntil: now + leaseMs, leaseMs }
      rows.lanes.put(subscriptionId, { ...lane, ...lease, window: window ?? lane.window })
      return subscriptionId
    }),
  release: async ({ now, lanes }) => {
    const due: string[] = []
    for (const { subscriptionId, token, wakeups, lifts, dueAt: wanted, hold, ...kept } of lanes) {
      const lane = rows.lanes.get(subscriptionId)
      if (lane?.token !== token) continue
      const dueAt = lane.wakeups === wakeups ? wanted : now
      const held = lane.lifts === lifts && hold && { hold, leaseMs: hold.forMs, leaseUntil: now + hold.forMs }
      rows.lanes.put(subscriptionId, { ...lane, ...kept, ...FREE, ...held, dueAt })
      if (lane.wakeups !== wakeups) due.push(subscriptionId)
    }
    return due
  },
  upcoming: async ({ subscriptionId, limit }) => pendingOf(rows, subscriptionId).slice(0, limit),
  complete: async ({ now, results, progressed }) => {
    // All in one turn: made again, the call meets deliveries that moved on. What can stop half-way needs the `callId`.
    const applied = new Set(results.filter((result) => endAttempt(rows, result, now)))
    for (const [id, delta] of statsDeltas([...applied])) {
      const row = rows.subscriptions.get(id)
      if (row) rows.subscriptions.put(id, { ...row, stats: addStats(row.stats, delta) })
    }
    for (const [subscriptionId, counts] of metricsDeltas([...applied]))
      addMetrics(rows, { subscriptionId, stepMs: MINUTE_MS, at: minuteOf(now), counts })
    for (const lane of rows.lanes.read(progressed))
      rows.lanes.put(lane.subscriptionId, { ...lane, crashCount: 0, quarantinedAt: 0 })
    return results.flatMap((result) => (applied.has(result) ? [] : result.deliveryId))
  },
  wake: async ({ subscriptionIds, now, lift = false }) => {
    wakeLanes(rows, now, subscriptionIds)
    for (const lane of lift ? rows.lanes.read(subscriptionIds) : []) {
      const lifted = { ...lane, lifts: lane.lifts + 1, crashCount: 0, quarantinedAt: 0 }
      rows.lanes.put(lane.subscriptionId, lane.token === null ? { ...lifted, ...FREE } : lifted)
    }
  },
  remove: async (subscriptionId) => rows.lanes.remove(subscriptionId),
})

/** Ends one attempt, unless its lane has another owner or its delivery moved on. */
const endAttempt = (rows: Rows, result: AttemptResult, now: number): boolean => {
  const { deliveryId, subscriptionId, token, attempt, status, reason, scheduleStep } = result
  const row = rows.deliveries.get(deliveryId)
  if (row?.status !== 'pending' || rows.lanes.get(subscriptionId)?.token !== token) return false
  if (row.subscriptionId !== subscriptionId || row.attemptCount !== result.expectedAttemptCount) return false
  const attempts = [...row.attempts, attempt].slice(-MAX_ATTEMPTS_KEPT)
  const counted = { attempts, attemptCount: row.attemptCount + 1, dueAt: result.dueAt ?? row.dueAt }
  const settledAt = status === 'pending' ? null : now
  putDelivery(rows, { ...row, ...counted, status, reason, scheduleStep, settledAt }, now)
  return true
}
