import { hostOf, originOf } from '../core/host-of.js'
import type { AttemptSpan } from '../ports/tracing.js'
import type { RunnerContext } from './runner-context.js'
import type { Sending } from './send.js'

/** Tells that a request is about to be made. */
export const tellStart = (
  { observe }: RunnerContext,
  { event, delivery, subscription }: Sending,
  attempt: number,
): void =>
  observe({
    name: 'attempt.started',
    deliveryId: delivery.id,
    eventId: event.id,
    eventType: event.type,
    subscriptionId: subscription.id,
    attempt,
    host: hostOf(subscription.url),
  })

/** Begins an attempt's part of a trace, where anything is traced. */
export const traceAttempt = (
  { tracing }: RunnerContext,
  { event, delivery, subscription }: Sending,
  attempt: number,
): AttemptSpan | undefined =>
  tracing?.attempt({
    event: { id: event.id, type: event.type, siteId: event.siteId, trace: event.trace },
    deliveryId: delivery.id,
    subscriptionId: subscription.id,
    attempt,
    origin: originOf(subscription.url),
  })

/** Adds headers whose names are not there yet, in whatever case. */
export const addMissing = (headers: Record<string, string>, more: Readonly<Record<string, string>>): void => {
  const there = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  for (const [name, value] of Object.entries(more)) if (!there.has(name.toLowerCase())) headers[name] = value
}
