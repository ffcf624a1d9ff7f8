import type { Attempt } from '../core/attempt.js'
import type { Delivery } from '../core/delivery.js'
import type { InactiveReason, RateLimit, SubscriptionState } from '../core/subscription.js'

/** A subscription as people see it: secrets masked. */
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
  /** `active`: sends; `paused`: keeps what happens until it is resumed; `off`: keeps nothing. */
  readonly state: SubscriptionState
  /** Since when it is paused; `null` when it is not. */
  readonly pausedAt: Date | null
  /** Who paused it, where `pause` was told; `null` otherwise. */
  readonly pausedBy: string | null
  readonly description: string | null
  /** Values of authorization-style headers are masked. */
  readonly headers: Readonly<Record<string, string>>
  readonly rateLimit: RateLimit | false | null
  readonly stats: {
    /** Deliveries that were answered 2xx. */
    readonly totalSent: number
    /** Deliveries that were given up. */
    readonly totalFailed: number
    readonly lastSentAt: Date | null
    readonly lastError: string | null
  }
  readonly health: {
    /** Since when every attempt has failed; `null` when the latest was delivered, or none was made since it was resumed. */
    readonly failingSince: Date | null
    /** When it was told that it is failing; `null` when it was not, or has recovered since. */
    readonly warnedAt: Date | null
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
  /** It is pending, and waits until its subscription is on, and not paused. */
  readonly isPaused: boolean
  /** When the next attempt is due; `null` when none is, or nothing is sent for now. */
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
