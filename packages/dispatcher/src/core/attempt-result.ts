import type { Attempt } from './attempt.js'
import type { DeliveryReason, DeliveryStatus } from './delivery.js'

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
}

/** Sums applied results by subscription, in order. */
export const statsDeltas = (results: readonly AttemptResult[]): Map<string, StatsDelta> => {
  const deltas = new Map<string, StatsDelta>()
  for (const { subscriptionId, status, attempt } of results) {
    let delta = deltas.get(subscriptionId)
    if (!delta)
      deltas.set(subscriptionId, (delta = { sent: 0, failed: 0, lastSentAt: null, lastError: null }))
    if (status === 'delivered') {
      delta.sent += 1
      delta.lastSentAt = Math.ceil(attempt.startedAt + attempt.durationMs)
    } else {
      if (status === 'failed') delta.failed += 1
      delta.lastError = attempt.error
    }
  }
  return deltas
}
