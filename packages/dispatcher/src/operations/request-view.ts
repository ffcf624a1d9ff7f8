import { isSecretHeader, MASKED_SECRET, signedHeaders } from '@swigs/webhooks-protocol'
import type { RequestView } from '../api/deliveries.js'
import type { Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { Subscription } from '../core/subscription.js'

/** Values of authorization-style headers are masked. */
export const maskHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? MASKED_SECRET : value]),
  )

// What it signs is masked: the secrets of the subscription are not needed to show a request.
const NO_SECRET = 'a signature that nobody will see'

export const requestView = (input: {
  event: StoredEvent
  delivery: Delivery
  subscription: Subscription | undefined
  userAgent: string
}): RequestView => {
  const { event, delivery, subscription, userAgent } = input
  const { number, startedAt } = delivery.attempts.at(-1) ?? { number: 1, startedAt: delivery.createdAt }
  const headers = signedHeaders({
    id: event.id,
    type: event.type,
    timestamp: new Date(event.occurredAt).toISOString(),
    body: '',
    secrets: [NO_SECRET],
    attemptTimestampSeconds: Math.floor(startedAt / 1000),
    deliveryId: delivery.id,
    attempt: number,
    userAgent,
  })
  return {
    method: 'POST',
    url: subscription?.url ?? null,
    headers: maskHeaders({ ...subscription?.headers, ...headers }),
    body: event.body,
  }
}
