import type { Attempt } from './attempt.js'
import type { QueuedDelivery } from './delivery.js'
import type { Classification } from './classify-reply.js'
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
  verdict: Exclude<Classification, { kind: 'none' }>
  schedule: RetrySchedule
  random: number
  endedAt: number
}): Settlement => {
  const { delivery, token, attempt, endedAt } = input
  const scheduleStep = delivery.scheduleStep + 1
  const { status, reason, waitMs } = outcomeOf(input, scheduleStep)
  return {
    deliveryId: delivery.id,
    subscriptionId: delivery.subscriptionId,
    token,
    expectedAttemptCount: delivery.attemptCount,
    attempt,
    status,
    reason,
    dueAt: endedAt + waitMs,
    scheduleStep,
  }
}

type SettleInput = Parameters<typeof settleAttempt>[0]

const outcomeOf = (
  { delivery, verdict, schedule, random }: SettleInput,
  scheduleStep: number,
): Pick<Settlement, 'status' | 'reason'> & { waitMs: number } => {
  if (verdict.kind === 'delivered') return DELIVERED
  if (verdict.kind === 'failed') return { status: 'failed', reason: verdict.reason, waitMs: 0 }
  if (delivery.once) return { status: 'failed', reason: 'test_failed', waitMs: 0 }
  const delay = retryDelayMs(schedule, scheduleStep, random)
  if (delay === null) return { status: 'failed', reason: 'retries_exhausted', waitMs: 0 }
  return { status: 'pending', reason: null, waitMs: Math.max(delay, verdict.waitMs ?? 0) }
}

const DELIVERED = { status: 'delivered', reason: null, waitMs: 0 } as const
