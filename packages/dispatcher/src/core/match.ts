import type { StoredEvent } from './event.js'
import type { Subscription } from './subscription.js'

/** Every literal that a subscription's `events` may hold to want this type: `a.b` → `a.b`, `a.*`, `*`. */
export const patternsFor = (type: string): string[] => {
  const patterns = [type]
  for (let dot = type.lastIndexOf('.'); dot > 0; dot = type.lastIndexOf('.', dot - 1))
    patterns.push(`${type.slice(0, dot)}.*`)
  patterns.push('*')
  return patterns
}

/**
 * Whether a subscription gets an event: on (paused or not), subscribed to its type, and of its site (no `siteIds`: all sites; an
 * event without a site goes to every subscriber of its type). A targeted event goes to its target alone, on or off.
 */
export const wants = (subscription: Subscription, event: StoredEvent): boolean => {
  if (event.target !== null) return subscription.id === event.target
  if (!subscription.isActive) return false
  const { siteIds, events } = subscription
  if (event.siteId !== null && siteIds.length > 0 && !siteIds.includes(event.siteId)) return false
  return patternsFor(event.type).some((pattern) => events.includes(pattern))
}
