import type { Attempt } from './attempt.js'
import type { StoredEvent } from './event.js'

/** `pending → delivered | failed | cancelled`; a resend makes it pending again. */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'cancelled'

/** Why a delivery can end otherwise than delivered. */
export const DELIVERY_REASONS = [
  'retries_exhausted',
  'rejected',
  'gone',
  'blocked_address',
  'test_failed',
  'cancelled',
  'subscription_removed',
  /** It was pending when its subscription was switched off, or its receiver was gone. */
  'subscription_off',
  /** It had waited for a paused subscription for longer than the retention. */
  'expired',
  /** Sending it failed on our side, to the end of the schedule. */
  'poison',
  /** Its event is not stored any more, or cannot be read. */
  'event_missing',
] as const

/** Why a delivery ended otherwise than delivered. */
export type DeliveryReason = (typeof DELIVERY_REASONS)[number]

/** One event for one subscription. */
export interface Delivery {
  /** `dlv_…`, made from the event and the subscription: fan-out can be repeated. */
  readonly id: string
  readonly eventId: string
  /** Of its event. */
  readonly eventType: string
  /** Of its event. */
  readonly siteId: string | null
  readonly subscriptionId: string
  readonly status: DeliveryStatus
  readonly reason: DeliveryReason | null
  /** Epoch ms: when the next attempt is due, while pending; of no meaning afterwards. */
  readonly dueAt: number
  /** Epoch ms: when it was fanned out. */
  readonly createdAt: number
  /** Epoch ms: when it stopped being pending; `null` while it is. */
  readonly settledAt: number | null
  /** Attempts made over its whole life. */
  readonly attemptCount: number
  /** Attempts made in the present retry schedule; a resend starts a new one. */
  readonly scheduleStep: number
  /** Never retried (the test button). */
  readonly once: boolean
  /** The latest `MAX_ATTEMPTS_KEPT`, oldest first. */
  readonly attempts: readonly Attempt[]
}

/** A delivery as fan-out inserts it: pending, without attempts. */
export type NewDelivery = Pick<Delivery, 'id' | 'eventId' | 'subscriptionId' | 'dueAt' | 'createdAt' | 'once'>

/** What the owner of a lane needs to send: the lean view of a pending delivery. */
export type QueuedDelivery = Pick<
  Delivery,
  'id' | 'eventId' | 'subscriptionId' | 'dueAt' | 'attemptCount' | 'scheduleStep' | 'once'
>

/** Sorts before everything else in a lane, and is served on a paused one: the due time of a test. */
export const TEST_DUE_AT = 0

/**
 * The id of an event's delivery to a subscription. Deterministic, so that a repeated fan-out meets its own work; it begins with
 * its event's, so that a storage may find the deliveries of an event by their ids.
 */
export const deliveryId = (eventId: string, subscriptionId: string): string =>
  `dlv_${eventId.startsWith('evt_') ? eventId.slice(4) : eventId}_${subscriptionId}`

/** The delivery that fan-out inserts for an event and a subscription. */
export const newDelivery = (event: StoredEvent, subscriptionId: string, now: number): NewDelivery => ({
  id: deliveryId(event.id, subscriptionId),
  eventId: event.id,
  subscriptionId,
  dueAt: event.target === null ? now : TEST_DUE_AT,
  createdAt: now,
  once: event.target !== null,
})

/** As lists have it: a page of answers of 16 KiB each would be megabytes that nobody reads. */
export const withoutAnswers = (delivery: Delivery): Delivery => ({
  ...delivery,
  attempts: delivery.attempts.map((attempt) => ({
    ...attempt,
    responseBody: null,
    responseHeaders: undefined,
  })),
})
