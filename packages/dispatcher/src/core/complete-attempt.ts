import type { Attempt } from './attempt.js'
import type { QueuedDelivery } from './delivery.js'
import type { Classification } from './classify-reply.js'
import { retryDelayMs, type RetrySchedule } from './retry-schedule.js'
import type { AttemptResult } from './attempt-result.js'

/**
 * What an attempt leaves behind: delivered, failed for good, or due again at the later of the schedule and the
 * receiver's wish. A test is never retried.
 */
export const completeAttempt = (input: {
  delivery: QueuedDelivery
  token: string
  attempt: Attempt
  classification: Exclude<Classification, { kind: 'none' }>
  schedule: RetrySchedule
  random: number
  endedAt: number
}): AttemptResult => {
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
    dueAt: status === 'pending' ? endedAt + waitMs : null,
    scheduleStep,
  }
}

type SettleInput = Parameters<typeof completeAttempt>[0]

const outcomeOf = (
  { delivery, classification, schedule, random }: SettleInput,
  scheduleStep: number,
): Pick<AttemptResult, 'status' | 'reason'> & { waitMs: number } => {
  if (classification.kind === 'delivered') return DELIVERED
  if (classification.kind === 'failed') return { status: 'failed', reason: classification.reason, waitMs: 0 }
  if (delivery.once) return { status: 'failed', reason: 'test_failed', waitMs: 0 }
  const delay = retryDelayMs(schedule, scheduleStep, random)
  const givenUp = classification.errorClass === 'internal' ? 'poison' : 'retries_exhausted'
  if (delay === null) return { status: 'failed', reason: givenUp, waitMs: 0 }
  return { status: 'pending', reason: null, waitMs: Math.max(delay, classification.waitMs ?? 0) }
}

const DELIVERED = { status: 'delivered', reason: null, waitMs: 0 } as const
