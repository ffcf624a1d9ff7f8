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
}

/** At most `limit` requests in any window of `windowMs`. */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}

/** Why a subscription is not active: someone switched it off, or its receiver answered 410. */
export type InactiveReason = 'paused' | 'gone'

/** Who wants to know, where, with which secret. */
export interface Subscription {
  readonly id: string
  readonly appName: string
  readonly url: string
  /** Catalogue types, `order.*` or `*`. */
  readonly events: readonly string[]
  /** Empty: all sites. */
  readonly siteIds: readonly string[]
  readonly isActive: boolean
  readonly inactiveReason: InactiveReason | null
  /** Epoch ms since when its deliveries wait, those of new events too; `null` when they do not. */
  readonly pausedAt: number | null
  readonly description: string | null
  readonly headers: Readonly<Record<string, string>>
  /** Its own limit, `false` for none, `null` for the dispatcher's. */
  readonly rateLimit: RateLimit | false | null
  /** Newest first: the primary, then those that a rotation left verifying. Never empty. */
  readonly secrets: readonly SubscriptionSecret[]
  readonly stats: SubscriptionStats
  readonly createdAt: number
  readonly updatedAt: number
}

/** Whole fields to replace. Statistics are written by `settle` alone. */
export type SubscriptionPatch = {
  readonly [K in keyof Omit<Subscription, 'id' | 'createdAt' | 'updatedAt' | 'stats'>]?:
    Subscription[K] | undefined
}

/** The statistics of a subscription that has sent nothing yet. */
export const NO_STATS: SubscriptionStats = { totalSent: 0, totalFailed: 0, lastSentAt: null, lastError: null }

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
