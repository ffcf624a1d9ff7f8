import { MASKED_SECRET } from '@swigs/webhooks-protocol'
import type { Attempt } from '../core/attempt.js'
import type { Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { InactiveReason, RateLimit, Subscription } from '../core/subscription.js'
import { maskHeaders } from './request-view.js'

/** A subscription as people see it: the seed's fields and ours, secrets masked. */
export interface SubscriptionView {
  readonly id: string
  readonly appName: string
  /** `********`, but for the answers of `create` and `rotateSecret`. */
  readonly appSecret: string
  readonly url: string
  readonly events: readonly string[]
  readonly filters: { readonly siteIds: readonly string[] }
  readonly isActive: boolean
  readonly inactiveReason: InactiveReason | null
  readonly description: string | null
  /** Values of authorization-style headers are masked. */
  readonly headers: Readonly<Record<string, string>>
  readonly rateLimit: RateLimit | false | null
  readonly stats: {
    readonly totalSent: number
    readonly totalFailed: number
    readonly lastSentAt: Date | null
    readonly lastError: string | null
  }
  /** Until when earlier secrets still sign beside the primary. */
  readonly previousSecretsExpireAt: readonly Date[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A delivery as people see it. */
export interface DeliveryView extends Omit<
  Delivery,
  'dueAt' | 'createdAt' | 'settledAt' | 'attempts' | 'scheduleStep' | 'once'
> {
  /** When the next attempt is due; `null` when none is. */
  readonly nextAttemptAt: Date | null
  readonly createdAt: Date
  readonly settledAt: Date | null
  readonly attempts: readonly AttemptView[]
}

/** One request of a delivery, with what came back. */
export interface AttemptView extends Omit<Attempt, 'startedAt'> {
  readonly startedAt: Date
}

/** An event as people see it; `body` is what is sent, byte for byte. */
export interface EventView {
  readonly id: string
  readonly type: string
  readonly siteId: string | null
  readonly occurredAt: Date
  readonly acceptedAt: Date
  readonly body: string
}

const date = (instant: number | null): Date | null => (instant === null ? null : new Date(instant))

/** The masked view; `now` tells which earlier secrets still sign. */
export const subscriptionView = (subscription: Subscription, now: number): SubscriptionView => ({
  id: subscription.id,
  appName: subscription.appName,
  appSecret: MASKED_SECRET,
  url: subscription.url,
  events: [...subscription.events],
  filters: { siteIds: [...subscription.siteIds] },
  isActive: subscription.isActive,
  inactiveReason: subscription.inactiveReason,
  description: subscription.description,
  headers: maskHeaders(subscription.headers),
  rateLimit: subscription.rateLimit,
  stats: { ...subscription.stats, lastSentAt: date(subscription.stats.lastSentAt) },
  previousSecretsExpireAt: subscription.secrets.flatMap(({ expiresAt }) =>
    expiresAt !== null && expiresAt > now ? new Date(expiresAt) : [],
  ),
  createdAt: new Date(subscription.createdAt),
  updatedAt: new Date(subscription.updatedAt),
})

export const deliveryView = (delivery: Delivery): DeliveryView => {
  const { dueAt, createdAt, settledAt, attempts, scheduleStep: _step, once: _once, ...rest } = delivery
  return {
    ...rest,
    nextAttemptAt: delivery.status === 'pending' ? new Date(Math.max(dueAt, createdAt)) : null,
    createdAt: new Date(createdAt),
    settledAt: date(settledAt),
    attempts: attempts.map((attempt) => ({ ...attempt, startedAt: new Date(attempt.startedAt) })),
  }
}

export const eventView = ({ target: _target, occurredAt, acceptedAt, ...event }: StoredEvent): EventView => ({
  ...event,
  occurredAt: new Date(occurredAt),
  acceptedAt: new Date(acceptedAt),
})
