import type { Attempt } from './attempt.js'
import type { StoredEvent } from './event.js'

/** `pending → delivered | failed | cancelled`; a resend makes it pending again. */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'cancelled'

/** Why a delivery ended otherwise than delivered. */
export type DeliveryReason =
  | 'retries_exhausted'
  | 'rejected'
  | 'gone'
  | 'blocked_address'
  | 'test_failed'
  | 'cancelled'
  | 'subscription_removed'

/** One event for one subscription. */
export interface Delivery {
  /** `dlv_…`, made from the event and the subscription: fan-out can be repeated. */
  readonly id: string
  readonly eventId: string
  readonly eventType: string
  readonly siteId: string | null
  readonly subscriptionId: string
  readonly status: DeliveryStatus
  readonly reason: DeliveryReason | null
  /** Epoch ms: when the next attempt is due, while pending. */
  readonly dueAt: number
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
export type NewDelivery = Pick<
  Delivery,
  'id' | 'eventId' | 'eventType' | 'siteId' | 'subscriptionId' | 'dueAt' | 'createdAt' | 'once'
>

/** What the owner of a lane needs to send: the lean view of a pending delivery. */
export type QueuedDelivery = Pick<
  Delivery,
  'id' | 'eventId' | 'eventType' | 'subscriptionId' | 'dueAt' | 'attemptCount' | 'scheduleStep' | 'once'
>

/** Sorts before everything else in a lane, and is served on a paused one: the due time of a test. */
export const TEST_DUE_AT = 0

/** The id of an event's delivery to a subscription. Deterministic, so that a repeated fan-out meets its own work. */
export const deliveryId = (eventId: string, subscriptionId: string): string =>
  `dlv_${eventId.startsWith('evt_') ? eventId.slice(4) : eventId}_${subscriptionId}`

/** The delivery that fan-out inserts for an event and a subscription. */
export const newDelivery = (event: StoredEvent, subscriptionId: string, now: number): NewDelivery => ({
  id: deliveryId(event.id, subscriptionId),
  eventId: event.id,
  eventType: event.type,
  siteId: event.siteId,
  subscriptionId,
  dueAt: event.onlyFor === null ? now : TEST_DUE_AT,
  createdAt: now,
  once: event.onlyFor !== null,
})
