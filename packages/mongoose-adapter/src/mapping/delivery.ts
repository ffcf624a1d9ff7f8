import type {
  Attempt,
  Delivery,
  DeliveryReason,
  DeliveryStatus,
  NewDelivery,
  QueuedDelivery,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { attemptId } from '../attempt-ids.js'
import type { AttemptDocument, DeliveryDocument } from '../documents.js'
import { flag, number, numberOrNull, raw, text, textOrNull, texts } from './fields.js'

/** Delivery states by their number. */
export const STATES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'cancelled']

/** @throws Error naming the field that is not as it should be: one that no outcome could be written into is none to send. */
export const toQueued = (stored: DeliveryDocument): QueuedDelivery => {
  const document = raw(stored)
  texts(document, 'calls')
  return {
    id: text(document, '_id'),
    eventId: text(document, 'eventId'),
    subscriptionId: text(document, 'lane'),
    dueAt: number(document, 'dueAt'),
    attemptCount: number(document, 'attemptCount'),
    scheduleStep: number(document, 'scheduleStep'),
    once: flag(document, 'once', false),
  }
}

/** What a delivery shows of its event. */
export type EventPart = Pick<Delivery, 'eventType' | 'siteId'>

/** @throws Error naming the field that is not as it should be. */
export const toDelivery = (
  stored: DeliveryDocument,
  { eventType, siteId }: EventPart,
  attempts: readonly Attempt[],
): Delivery => {
  const document = raw(stored)
  const status = STATES[stored.state]
  if (status === undefined) throw new Error('state is not a number from 0 to 3')
  return {
    ...toQueued(stored),
    eventType,
    siteId,
    status,
    reason: textOrNull<DeliveryReason>(document, 'reason'),
    createdAt: number(document, 'createdAt'),
    settledAt: numberOrNull(document, 'settledAt'),
    attempts,
  }
}

export const fromNewDelivery = ({ id, subscriptionId, ...delivery }: NewDelivery): DeliveryDocument => ({
  _id: id,
  lane: subscriptionId,
  eventId: delivery.eventId,
  dueAt: delivery.dueAt,
  createdAt: delivery.createdAt,
  once: delivery.once,
  state: 0,
  attemptCount: 0,
  scheduleStep: 0,
})

/** @throws Error naming the field that is not as it should be. */
export const toAttempt = (stored: object): Attempt => {
  const document = raw(stored)
  const retryAfterMs = numberOrNull(document, 'retryAfterMs')
  const headers = textOrNull(document, 'responseHeaders')
  const address = textOrNull(document, 'address')
  return {
    number: number(document, 'number'),
    startedAt: number(document, 'startedAt'),
    durationMs: number(document, 'durationMs'),
    statusCode: numberOrNull(document, 'statusCode'),
    errorClass: textOrNull<Exclude<Attempt['errorClass'], null>>(document, 'errorClass'),
    error: textOrNull(document, 'error'),
    responseBody: textOrNull(document, 'responseBody'),
    truncated: flag(document, 'truncated', false),
    ...(retryAfterMs !== null && { retryAfterMs }),
    ...(flag(document, 'repeated', false) && { repeated: true }),
    ...(headers !== null && { responseHeaders: JSON.parse(headers) as Record<string, string> }),
    ...(address !== null && { address }),
  }
}

export const fromAttempt = (
  _id: string,
  { number, startedAt, durationMs, responseHeaders: headers, ...rest }: Attempt,
) => {
  // As text: a header may have a name that no field can have.
  const responseHeaders = headers && JSON.stringify(headers)
  const told = Object.entries({ ...rest, responseHeaders }).filter(
    ([, value]) => value !== undefined && value !== null && value !== false,
  )
  return { _id, number, startedAt, durationMs, ...Object.fromEntries(told) } as AttemptDocument
}

/** The ids of the attempts that a delivery has outside its document, oldest first. */
export const attemptIdsOf = ({ _id, lane, calls }: DeliveryDocument): string[] =>
  Array.isArray(calls) ? calls.map((call) => attemptId({ id: _id, subscriptionId: lane }, call)) : []
