import { signedHeaders } from '@swigs/webhooks-protocol'
import type { Attempt } from '../core/attempt.js'
import type { QueuedDelivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import { classifyReply, type Classification } from '../core/classify-reply.js'
import type { Reply } from '../core/reply.js'
import { activeSecrets, type Subscription } from '../core/subscription.js'
import type { FlowContext } from './context.js'

/** What one request came to. */
export interface Outcome {
  readonly verdict: Classification
  readonly attempt: Attempt
  readonly endedAt: number
  /** Where it went. */
  readonly url: string
}

/** What a delivery is about, from storage. One whose event is no longer there is cancelled. */
export const storedEvent = async (
  { storage, clock }: FlowContext,
  { id, eventId }: QueuedDelivery,
): Promise<StoredEvent> => {
  const [event] = await storage.outbox.get([eventId])
  if (event) return event
  await storage.deliveries.cancel({ id, now: clock.now() })
  throw new Error(`its event ${eventId} is not in storage any more; the delivery is cancelled`)
}

/** sign → send → classify: one attempt, signed afresh. The only place from which a request leaves. */
export const deliver = async (
  context: FlowContext,
  input: {
    event: StoredEvent
    delivery: QueuedDelivery
    subscription: Subscription
    signal: AbortSignal
    mayStart: () => boolean
  },
): Promise<Outcome> => {
  const { clock, transport, guard, settings } = context
  const { event, delivery, subscription, signal, mayStart } = input
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
  const { url } = subscription
  const reply = await transport.send({
    url,
    headers,
    body: event.body,
    timeoutMs: settings.timeoutMs,
    guard,
    signal,
    mayStart,
  })
  const durationMs = Math.max(0, clock.monotonic() - startedMonotonic)
  const endedAt = clock.now()
  const verdict = classifyReply(reply, endedAt)
  return { verdict, endedAt, url, attempt: record(number, startedAt, durationMs, reply, verdict) }
}

const record = (
  number: number,
  startedAt: number,
  durationMs: number,
  reply: Reply,
  verdict: Classification,
): Attempt => ({
  number,
  startedAt: Math.floor(startedAt),
  durationMs: Math.round(durationMs * 10) / 10,
  statusCode: reply.kind === 'response' ? reply.statusCode : null,
  errorClass: 'errorClass' in verdict ? verdict.errorClass : null,
  error: 'error' in verdict ? verdict.error : null,
  responseBody: reply.kind === 'response' ? reply.body : null,
  truncated: reply.kind === 'response' && reply.truncated,
  retryAfterMs: verdict.kind === 'retry' ? verdict.askedMs : null,
  repeated: 'repeated' in reply && reply.repeated === true,
})
