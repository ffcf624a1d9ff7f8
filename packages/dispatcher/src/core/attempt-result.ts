import type { Attempt } from './attempt.js'
import type { DeliveryReason, DeliveryStatus } from './delivery.js'
import type { SubscriptionStats } from './subscription.js'

/** The end of one attempt, written in one go: outcome, attempt record, next due time. */
export interface AttemptResult {
  readonly deliveryId: string
  readonly subscriptionId: string
  /** Of the lane's acquisition under which the attempt was made: the fence. */
  readonly token: string
  /** `attemptCount` before this attempt: a delivery that moved on is left alone. */
  readonly expectedAttemptCount: number
  readonly attempt: Attempt
  readonly status: Exclude<DeliveryStatus, 'cancelled'>
  readonly reason: DeliveryReason | null
  /** Epoch ms of the next attempt; `null` when nothing follows. */
  readonly dueAt: number | null
  readonly scheduleStep: number
}

/** What a batch of results adds to one subscription's statistics. */
export interface StatsDelta {
  sent: number
  failed: number
  lastSentAt: number | null
  lastError: string | null
  /** One of them was delivered: whatever failed before is over. */
  delivered: boolean
  /** Epoch ms: when the first attempt ended that failed, after the last delivered one where there is any. */
  failingSince: number | null
  /** Epoch ms: when the latest attempt ended that failed. */
  lastFailedAt: number | null
}

const NOTHING: StatsDelta = {
  sent: 0,
  failed: 0,
  lastSentAt: null,
  lastError: null,
  delivered: false,
  failingSince: null,
  lastFailedAt: null,
}

/** Sums applied results by subscription, in order. */
export const statsDeltas = (results: readonly AttemptResult[]): Map<string, StatsDelta> => {
  const deltas = new Map<string, StatsDelta>()
  for (const { subscriptionId, status, attempt } of results) {
    let delta = deltas.get(subscriptionId)
    if (!delta) deltas.set(subscriptionId, (delta = { ...NOTHING }))
    const endedAt = Math.ceil(attempt.startedAt + attempt.durationMs)
    if (status === 'delivered') {
      delta.sent += 1
      delta.lastSentAt = endedAt
      delta.delivered = true
      delta.failingSince = null
    } else {
      if (status === 'failed') delta.failed += 1
      delta.lastError = attempt.error
      delta.failingSince ??= endedAt
      delta.lastFailedAt = endedAt
    }
  }
  return deltas
}

/** Statistics with what a batch adds to them. */
export const addStats = (stats: SubscriptionStats, delta: StatsDelta): SubscriptionStats => ({
  totalSent: stats.totalSent + delta.sent,
  totalFailed: stats.totalFailed + delta.failed,
  lastSentAt: delta.lastSentAt ?? stats.lastSentAt,
  lastError: delta.lastError ?? stats.lastError,
  failingSince: delta.delivered ? delta.failingSince : (stats.failingSince ?? delta.failingSince),
  lastFailedAt: delta.lastFailedAt ?? stats.lastFailedAt,
})
