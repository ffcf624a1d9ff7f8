import type { AttemptResult } from '../core/attempt-result.js'
import type { Observer } from '../ports/observer.js'

/** Tells what an attempt made of its delivery. */
export const tellCompleted = (
  observe: Observer,
  ref: { deliveryId: string; eventId: string; subscriptionId: string },
  { status, reason, dueAt, attempt }: AttemptResult,
): void => {
  const attempts = attempt.number
  if (status === 'delivered') observe({ name: 'delivery.delivered', ...ref, attempts })
  else if (status === 'failed')
    observe({ name: 'delivery.failed', ...ref, attempts, reason: reason ?? 'rejected' })
  else observe({ name: 'delivery.retrying', ...ref, dueAt })
}
