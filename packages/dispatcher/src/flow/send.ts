import { signedHeaders } from '@swigs/webhooks-protocol'
import type { Attempt } from '../core/attempt.js'
import { classifyReply, type Classification } from '../core/classify-reply.js'
import type { QueuedDelivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { Reply } from '../core/reply.js'
import { activeSecrets, type Subscription } from '../core/subscription.js'
import type { FlowContext } from './context.js'

/** What one request came to. */
export interface Sent {
  readonly classification: Classification
  readonly attempt: Attempt
  readonly endedAt: number
  /** Where it went. */
  readonly url: string
}

/** What one request is made of. */
export interface Sending {
  readonly event: StoredEvent
  readonly delivery: QueuedDelivery
  readonly subscription: Subscription
  readonly signal: AbortSignal
  readonly mayStart: () => boolean
  readonly mayRepeat: () => boolean
}

/** What a delivery is about, from storage. One whose event is no longer there is cancelled. */
export const storedEvent = async (
  { storage, clock }: FlowContext,
  { id, eventId }: QueuedDelivery,
): Promise<StoredEvent> => {
  const [event] = await storage.events.get([eventId])
  if (event) return event
  await storage.deliveries.cancel({ ids: [id], reason: 'cancelled', now: clock.now() })
  throw new Error(`its event ${eventId} is not in storage any more; the delivery is cancelled`)
}

/** sign → send → classify: one attempt, signed afresh. The only place from which a request leaves. */
export const send = async (context: FlowContext, sending: Sending): Promise<Sent> => {
  const { clock, transport, guard, settings } = context
  const { event, delivery, subscription, signal, mayStart, mayRepeat } = sending
  const { url } = subscription
  const startedAt = clock.now()
  const startedMonotonic = clock.monotonic()
  const number = delivery.attemptCount + 1
  const headers = signedHeaders({
    id: event.id,
    type: event.type,
    timestamp: new Date(event.occurredAt).toISOString(),
    body: event.body,
    secrets: activeSecrets(subscription, startedAt),
    attemptTimestampSeconds: Math.floor(startedAt / 1000),
    deliveryId: delivery.id,
    attempt: number,
    userAgent: settings.userAgent,
  })
  // Checked when they were saved; a name of ours is ours all the same.
  for (const [name, value] of Object.entries(subscription.headers)) headers[name] ??= value
  const { body } = event
  const { timeoutMs } = settings
  const reply = await transport.send({ url, headers, body, timeoutMs, guard, signal, mayStart, mayRepeat })
  const durationMs = Math.max(0, clock.monotonic() - startedMonotonic)
  const endedAt = clock.now()
  const classification = classifyReply(reply, endedAt)
  const attempt = record(number, startedAt, durationMs, reply, classification)
  return { classification, endedAt, url, attempt }
}

const record = (
  number: number,
  startedAt: number,
  durationMs: number,
  reply: Reply,
  classification: Classification,
): Attempt => ({
  number,
  startedAt: Math.floor(startedAt),
  durationMs: Math.round(durationMs * 10) / 10,
  statusCode: reply.kind === 'response' ? reply.statusCode : null,
  errorClass: 'errorClass' in classification ? classification.errorClass : null,
  error: 'error' in classification ? classification.error : null,
  responseBody: reply.kind === 'response' ? reply.body : null,
  truncated: reply.kind === 'response' && reply.truncated,
})
