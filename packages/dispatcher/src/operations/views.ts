import { MASKED_SECRET } from '@swigs/webhooks-protocol'
import type { DeliveryView, EventView, SubscriptionView } from '../api/views.js'
import type { Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import { stateOf, type Subscription, type SubscriptionStats } from '../core/subscription.js'
import { failingSince } from '../core/subscription-health.js'
import { maskHeaders } from './request-view.js'

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
  state: stateOf(subscription),
  pausedAt: date(subscription.isActive ? subscription.pausedAt : null),
  pausedBy: (subscription.isActive && subscription.pausedBy) || null,
  description: subscription.description,
  headers: maskHeaders(subscription.headers),
  rateLimit: subscription.rateLimit,
  stats: statsView(subscription.stats),
  health: { failingSince: date(failingSince(subscription)), warnedAt: date(subscription.health.warnedAt) },
  previousSecretsExpireAt: subscription.secrets.flatMap(({ expiresAt }) =>
    expiresAt !== null && expiresAt > now ? new Date(expiresAt) : [],
  ),
  createdAt: new Date(subscription.createdAt),
  updatedAt: new Date(subscription.updatedAt),
})

const statsView = ({ totalSent, totalFailed, lastSentAt, lastError }: SubscriptionStats) => ({
  totalSent,
  totalFailed,
  lastSentAt: date(lastSentAt),
  lastError,
})

/** The view of a delivery; `paused`: nothing is sent to its subscription for now. */
export const deliveryView = (delivery: Delivery, paused: boolean): DeliveryView => {
  const isPaused = paused && delivery.status === 'pending'
  const { dueAt, createdAt, settledAt, attempts, scheduleStep: _step, once: _once, ...rest } = delivery
  return {
    ...rest,
    isPaused,
    nextAttemptAt: delivery.status === 'pending' && !isPaused ? new Date(Math.max(dueAt, createdAt)) : null,
    createdAt: new Date(createdAt),
    settledAt: date(settledAt),
    attempts: attempts.map((attempt) => ({ ...attempt, startedAt: new Date(attempt.startedAt) })),
  }
}

/** Nothing of a trace is shown. */
export const eventView = (event: StoredEvent): EventView => ({
  id: event.id,
  type: event.type,
  siteId: event.siteId,
  body: event.body,
  occurredAt: new Date(event.occurredAt),
  acceptedAt: new Date(event.acceptedAt),
})
