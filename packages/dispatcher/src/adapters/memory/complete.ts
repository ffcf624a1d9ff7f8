import { MAX_ATTEMPTS_KEPT } from '../../core/attempt.js'
import { addStats, statsDeltas, type AttemptResult } from '../../core/attempt-result.js'
import { metricsDeltas, MINUTE_MS, minuteOf } from '../../core/metrics.js'
import type { CompleteInput } from '../../ports/storage/lanes.js'
import { addMetrics } from './metrics.js'
import { putDelivery, putLane, type MemoryState } from './state.js'

/** Ends attempts; answers the ids of those that were left alone. */
export const completeAll = (
  state: MemoryState,
  { now, results, progressed }: Omit<CompleteInput, 'callId'>,
): string[] => {
  const applied = new Set(results.filter((result) => completeOne(state, result, now)))
  for (const [subscriptionId, delta] of statsDeltas([...applied])) {
    const subscription = state.subscriptions.get(subscriptionId)
    if (!subscription) continue
    state.subscriptions.set(subscriptionId, { ...subscription, stats: addStats(subscription.stats, delta) })
  }
  for (const [subscriptionId, counts] of metricsDeltas([...applied]))
    addMetrics(state, { subscriptionId, stepMs: MINUTE_MS, at: minuteOf(now), counts })
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
