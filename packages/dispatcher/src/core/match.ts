import { webhooksEvents } from '@swigs/webhooks-protocol'
import type { StoredEvent } from './event.js'
import type { Subscription } from './subscription.js'

/** Whether it is a type that dispatchers themselves tell of, and nobody else. */
export const isOwnEvent = (type: string): boolean => Object.hasOwn(webhooksEvents, type)

/**
 * Every literal that a subscription's `events` may hold to want this type: `a.b` → `a.b`, `a.*`, `*`. Whoever asks for `*` means the
 * app's events: our own are asked for by name.
 */
export const patternsFor = (type: string): string[] => {
  const patterns = [type]
  for (let dot = type.lastIndexOf('.'); dot > 0; dot = type.lastIndexOf('.', dot - 1))
    patterns.push(`${type.slice(0, dot)}.*`)
  if (!isOwnEvent(type)) patterns.push('*')
  return patterns
}

/**
 * Whether a subscription gets an event: on (paused or not), subscribed to its type, and of its site (no `siteIds`: all sites; an
 * event without a site goes to every subscriber of its type), and not about itself. A targeted event goes to its target alone, on or off.
 */
export const wants = (subscription: Subscription, event: StoredEvent): boolean => {
  if (event.target !== null) return subscription.id === event.target
  if (!subscription.isActive) return false
  const { siteIds, events } = subscription
  if (event.siteId !== null && siteIds.length > 0 && !siteIds.includes(event.siteId)) return false
  return (
    patternsFor(event.type).some((pattern) => events.includes(pattern)) && !isAbout(event, subscription.id)
  )
}

/** Whether an event of our own is about this subscription: it would be sent to a receiver which does not answer. */
const isAbout = ({ type, body }: StoredEvent, subscriptionId: string): boolean =>
  isOwnEvent(type) && body.includes(`"subscriptionId":${JSON.stringify(subscriptionId)}`)
