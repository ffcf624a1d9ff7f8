import type { Attempt } from './attempt.js'
import type { QueuedDelivery } from './delivery.js'
import type { Verdict } from './judge.js'
import { retryDelayMs, type RetrySchedule } from './retry-schedule.js'
import type { Settlement } from './settlement.js'

/**
 * What an attempt leaves behind: delivered, failed for good, or due again at the later of the schedule and the
 * receiver's wish. A test is never retried.
 */
export const settleAttempt = (input: {
  delivery: QueuedDelivery
  token: string
  attempt: Attempt
  verdict: Exclude<Verdict, { kind: 'void' }>
  schedule: RetrySchedule
  random: number
  endedAt: number
}): Settlement => {
  const { delivery, token, attempt, verdict, schedule, random, endedAt } = input
  const scheduleStep = delivery.scheduleStep + 1
  const settlement = {
    deliveryId: delivery.id,
    subscriptionId: delivery.subscriptionId,
    token,
    expectedAttemptCount: delivery.attemptCount,
    attempt,
    scheduleStep,
    dueAt: endedAt,
  }
  if (verdict.kind === 'delivered') return { ...settlement, status: 'delivered', reason: null }
  if (verdict.kind === 'failed') return { ...settlement, status: 'failed', reason: verdict.reason }
  if (delivery.once) return { ...settlement, status: 'failed', reason: 'test_failed' }
  const delay = retryDelayMs(schedule, scheduleStep, random)
  if (delay === null) return { ...settlement, status: 'failed', reason: 'retries_exhausted' }
  return {
    ...settlement,
    status: 'pending',
    reason: null,
    dueAt: endedAt + Math.max(delay, verdict.waitMs ?? 0),
  }
}
