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
    ...(isActive === true && { isActive, inactiveReason: null, ...(!before.isActive && { pausedAt: null }) }),
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
})

/** Paused at `now`, unless it was before: keeps what happens. */
export const pausePatch = ({ isActive, pausedAt }: Subscription, now: number): SubscriptionPatch => ({
  isActive: true,
  inactiveReason: null,
  pausedAt: (isActive ? pausedAt : null) ?? now,
})

/** On, and sending. */
export const ON: SubscriptionPatch = { isActive: true, inactiveReason: null, pausedAt: null }
