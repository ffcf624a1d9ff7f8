import type { Subscription, SubscriptionPatch } from './subscription.js'

/** What happens to a subscription's health and is told, to the observer and as an event. */
export type HealthChange = 'failing' | 'recovered' | 'disabled'

/** A change of health that was made, as it is told. */
export interface ToldChange {
  readonly change: HealthChange
  /** Epoch ms: since when it failed. */
  readonly since: number
  /** Epoch ms: when the change was made. */
  readonly at: number
}

/** What was made of a subscription's failures. The failures themselves are in its statistics. */
export interface SubscriptionHealth {
  /** Epoch ms: what failed until then is forgotten, as it was resumed, or given another URL. 0: nothing is. */
  readonly countsFrom: number
  /** Epoch ms: when it was told that it is failing; `null` when it was not, or has recovered since. */
  readonly warnedAt: number | null
  /** Epoch ms: since when it failed, as it was told then. */
  readonly warnedFor: number | null
  /** A change whose event may not be stored yet. */
  readonly untold: ToldChange | null
  /** Counts the changes, so that each is made once whoever decides on it. */
  readonly revision: number
}

/** The health of a subscription that nothing was made of. */
export const NO_HEALTH: SubscriptionHealth = {
  countsFrom: 0,
  warnedAt: null,
  warnedFor: null,
  untold: null,
  revision: 0,
}

/** When what fails is told, and when it is switched off, ms of unbroken failure; `false`: never. */
export interface HealthSettings {
  readonly warnAfterMs: number | false
  readonly disableAfterMs: number | false
}

/** Epoch ms since when nothing but failures came from it, as far as they count; `null` when it is not failing. */
export const failingSince = ({ stats, health }: Pick<Subscription, 'stats' | 'health'>): number | null =>
  stats.failingSince === null || (stats.lastFailedAt ?? stats.failingSince) <= health.countsFrom
    ? null
    : Math.max(stats.failingSince, health.countsFrom)

/**
 * Which change there is to make at `now`, if any. It is failing while the latest attempt failed, and is told of when that has gone on
 * for `warnAfterMs`. It is switched off when an attempt failed so late as `disableAfterMs` after the first: time in which
 * nothing was tried proves nothing. It has recovered with the first delivery after it was told of.
 */
export const dueChange = (
  subscription: Pick<Subscription, 'stats' | 'health'>,
  { warnAfterMs, disableAfterMs }: HealthSettings,
  now: number,
): ToldChange | null => {
  const { stats, health } = subscription
  const { warnedFor } = health
  const since = failingSince(subscription)
  if (warnedFor !== null && stats.lastSentAt !== null && stats.lastSentAt >= warnedFor && since !== warnedFor)
    return { change: 'recovered', since: warnedFor, at: now }
  if (since === null) return null
  if (disableAfterMs !== false && (stats.lastFailedAt ?? since) - since >= disableAfterMs)
    return { change: 'disabled', since, at: now }
  if (warnAfterMs !== false && warnedFor === null && now - since >= warnAfterMs)
    return { change: 'failing', since, at: now }
  return null
}

/** What a change makes of a subscription. */
export const changed = (health: SubscriptionHealth, told: ToldChange): SubscriptionPatch => {
  const { countsFrom, warnedAt, warnedFor, revision } = health
  const base = { countsFrom, untold: told, revision: revision + 1 }
  if (told.change === 'failing') return { health: { ...base, warnedAt: told.at, warnedFor: told.since } }
  if (told.change === 'recovered') return { health: { ...base, warnedAt: null, warnedFor: null } }
  return { isActive: false, inactiveReason: 'failing', health: { ...base, warnedAt, warnedFor } }
}

/**
 * The patch with what it means for health: whoever is resumed, or has another URL, begins anew. That it was told to be failing
 * stays until it is delivered to.
 */
export const withHealth = (
  before: Subscription,
  patch: SubscriptionPatch,
  now: number,
): SubscriptionPatch => {
  const { isActive = before.isActive, pausedAt = before.pausedAt, url = before.url } = patch
  const wasOn = before.isActive && before.pausedAt === null
  const isOn = isActive && pausedAt === null
  const moved = url !== before.url
  if (wasOn === isOn && !moved) return patch
  const { health } = before
  const countsFrom = isOn ? now : health.countsFrom
  return { ...patch, health: { ...health, countsFrom, revision: health.revision + 1 } }
}
