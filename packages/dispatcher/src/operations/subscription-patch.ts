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
    ...(isActive !== undefined && {
      isActive,
      inactiveReason: isActive ? null : (before.inactiveReason ?? 'paused'),
    }),
    ...(appSecret !== undefined && {
      secrets: [{ value: appSecret, expiresAt: null }, ...before.secrets.slice(1)],
    }),
  }
}
