import type { Subscription, SubscriptionPatch } from '../core/subscription.js'
import type { ParsedUpdate } from '../input/subscription.js'

/** The stored fields that an update replaces. */
export const patchFrom = (parsed: ParsedUpdate, before: Subscription): SubscriptionPatch => {
  const { appSecret, filters, isActive, events, description, ...rest } = parsed
  return {
    ...rest,
    ...(events && { events: [...new Set(events)] }),
    ...(filters && { siteIds: filters.siteIds ?? [] }),
    ...(description !== undefined && { description }),
    ...(isActive === false && offPatch(before)),
    // One that is paused is on already: `resume` ends that.
    ...(isActive === true && {
      isActive,
      inactiveReason: null,
      ...(!before.isActive && { pausedAt: null, pausedBy: null }),
    }),
    ...(appSecret !== undefined && {
      secrets: [{ value: appSecret, expiresAt: null }, ...before.secrets.slice(1)],
    }),
  }
}

/** Off: keeps nothing. Who was off before stays so for the reason that it was. */
export const offPatch = ({ inactiveReason }: Subscription): SubscriptionPatch => ({
  isActive: false,
  inactiveReason: inactiveReason ?? 'paused',
  pausedAt: null,
  pausedBy: null,
})

/** Paused now, by whom, unless it was before: keeps what happens. */
export const pausePatch = (
  before: Subscription,
  now: { at: number; by: string | null },
): SubscriptionPatch => {
  const wasPaused = before.isActive && before.pausedAt !== null
  return {
    isActive: true,
    inactiveReason: null,
    pausedAt: wasPaused ? before.pausedAt : now.at,
    pausedBy: wasPaused ? (before.pausedBy ?? null) : now.by,
  }
}

/** On, and sending. */
export const ON: SubscriptionPatch = { isActive: true, inactiveReason: null, pausedAt: null, pausedBy: null }
