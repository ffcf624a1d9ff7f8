import type { SubscriptionHealth } from './subscription-health.js'

/** One secret of a subscription; every unexpired one signs. */
export interface SubscriptionSecret {
  readonly value: string
  /** Epoch ms after which it no longer signs; `null` for the primary. */
  readonly expiresAt: number | null
}

/** `totalSent` counts delivered deliveries, `totalFailed` given-up ones. */
export interface SubscriptionStats {
  readonly totalSent: number
  readonly totalFailed: number
  /** Epoch ms of the latest delivered attempt. */
  readonly lastSentAt: number | null
  /** What the latest failed attempt met, in words without payload or secret. */
  readonly lastError: string | null
  /** Epoch ms: when the first attempt ended of those that failed since one was delivered; `null` when the latest was delivered. */
  readonly failingSince: number | null
  /** Epoch ms: when the latest attempt ended that failed. */
  readonly lastFailedAt: number | null
}

/** At most `limit` requests in any window of `windowMs`. */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}

/**
 * Why a subscription is off: someone switched it off (`paused`, a word of earlier versions), its receiver answered 410, or failed for
 * too long.
 */
export type InactiveReason = 'paused' | 'gone' | 'failing'

/** Who wants to know, where, with which secret. */
export interface Subscription {
  readonly id: string
  readonly appName: string
  readonly url: string
  /** Catalogue types, `order.*` or `*`. */
  readonly events: readonly string[]
  /** Empty: all sites. */
  readonly siteIds: readonly string[]
  /** `false`: off. Nothing is fanned out to it, and nothing waits. */
  readonly isActive: boolean
  readonly inactiveReason: InactiveReason | null
  /** Epoch ms since when it is paused: its deliveries wait, those of new events too. Of no meaning while it is off. */
  readonly pausedAt: number | null
  /** Who paused it, as `actor` named them; `null` or absent where nobody was named, or it is not paused. */
  readonly pausedBy?: string | null | undefined
  readonly description: string | null
  readonly headers: Readonly<Record<string, string>>
  /** Its own limit, `false` for none, `null` for the dispatcher's. */
  readonly rateLimit: RateLimit | false | null
  /** Newest first: the primary, then those that a rotation left verifying. Never empty. */
  readonly secrets: readonly SubscriptionSecret[]
  readonly stats: SubscriptionStats
  readonly health: SubscriptionHealth
  readonly createdAt: number
  readonly updatedAt: number
}

/** Whole fields to replace. Statistics are written by `settle` alone. */
export type SubscriptionPatch = {
  readonly [K in keyof Omit<Subscription, 'id' | 'createdAt' | 'updatedAt' | 'stats'>]?:
    Subscription[K] | undefined
}

/** The statistics of a subscription that has sent nothing yet. */
export const NO_STATS: SubscriptionStats = {
  totalSent: 0,
  totalFailed: 0,
  lastSentAt: null,
  lastError: null,
  failingSince: null,
  lastFailedAt: null,
}

/** `active`: sends. `paused`: keeps what happens until it is resumed. `off`: keeps nothing. */
export type SubscriptionState = 'active' | 'paused' | 'off'

export const stateOf = ({
  isActive,
  pausedAt,
}: Pick<Subscription, 'isActive' | 'pausedAt'>): SubscriptionState => {
  if (!isActive) return 'off'
  return pausedAt === null ? 'active' : 'paused'
}

/** Whether deliveries go out to it: on, and not paused. */
export const maySend = ({ isActive, pausedAt }: Subscription): boolean => isActive && pausedAt === null

/** A limit in words that compare: `100/60000`, or `none`. */
export const limitText = (limit: RateLimit | false): string =>
  limit === false ? 'none' : `${limit.limit}/${limit.windowMs}`

/** The secrets that sign at `now`, newest first. */
export const activeSecrets = (subscription: Subscription, now: number): string[] => {
  const active: string[] = []
  for (const { value, expiresAt } of subscription.secrets)
    if (expiresAt === null || expiresAt > now) active.push(value)
  return active
}
