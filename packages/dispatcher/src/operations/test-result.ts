import type { TestResult } from '../api/subscriptions.js'
import type { Subscription } from '../core/subscription.js'
import { maskAnswer } from '../core/mask-answer.js'
import type { TestOutcome } from '../flow/send-test.js'

/** What became of a test, as people see it. */
export const testResult = (subscription: Subscription, { delivery, heldBack }: TestOutcome): TestResult => {
  const attempt = delivery?.attempts.at(-1)
  const answer = attempt?.responseBody ?? null
  return {
    delivered: delivery?.status === 'delivered',
    statusCode: attempt?.statusCode ?? null,
    durationMs: attempt?.durationMs ?? null,
    error: heldBack ?? attempt?.error ?? null,
    eventId: delivery?.eventId ?? '',
    deliveryId: delivery?.id ?? '',
    responseBody: answer === null ? null : maskAnswer(answer, subscription),
  }
}
