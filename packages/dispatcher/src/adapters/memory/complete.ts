import { MAX_ATTEMPTS_KEPT } from '../../core/attempt.js'
import { statsDeltas, type AttemptResult } from '../../core/attempt-result.js'
import type { CompleteInput } from '../../ports/storage/lanes.js'
import { putDelivery, putLane, type MemoryState } from './state.js'

/** Ends attempts; answers the ids of those that were left alone. */
export const completeAll = (
  state: MemoryState,
  { now, results, progressed }: Omit<CompleteInput, 'callId'>,
): string[] => {
  const applied = new Set(results.filter((result) => completeOne(state, result, now)))
  for (const [subscriptionId, { sent, failed, lastSentAt, lastError }] of statsDeltas([...applied])) {
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
    if (lane) putLane(state, { ...lane, crashCount: 0, quarantinedAt: 0 })
  }
  return results.flatMap((result) => (applied.has(result) ? [] : result.deliveryId))
}

const completeOne = (state: MemoryState, result: AttemptResult, now: number): boolean => {
  const { deliveryId, subscriptionId, token, expectedAttemptCount, attempt } = result
  const delivery = state.deliveries.get(deliveryId)
  if (state.lanes.get(subscriptionId)?.token !== token || delivery?.status !== 'pending') return false
  if (delivery.subscriptionId !== subscriptionId || delivery.attemptCount !== expectedAttemptCount)
    return false
  putDelivery(
    state,
    {
      ...delivery,
      status: result.status,
      reason: result.reason,
      dueAt: result.dueAt ?? delivery.dueAt,
      scheduleStep: result.scheduleStep,
      attemptCount: delivery.attemptCount + 1,
      attempts: [...delivery.attempts.slice(1 - MAX_ATTEMPTS_KEPT), attempt],
      settledAt: result.status === 'pending' ? null : now,
    },
    now,
  )
  return true
}
