import type { StoredEvent } from '../core/event.js'
import { patternsFor } from '../core/match.js'
import type { Subscription } from '../core/subscription.js'
import type { SubscriptionStore } from '../ports/storage/subscriptions.js'

const PAGE = 500

/** Every subscription that may want one of the events; `wants` has the last word. */
export const matchingSubscriptions = async (
  store: SubscriptionStore,
  events: readonly StoredEvent[],
): Promise<Subscription[]> => {
  const targets = events.flatMap((event) => event.target ?? [])
  const open = events.filter((event) => event.target === null)
  const patterns = [...new Set(open.flatMap((event) => patternsFor(event.type)))]
  const [matching, targeted] = await Promise.all([
    patterns.length > 0 ? (store.matching?.(patterns) ?? all(store)) : [],
    targets.length > 0 ? store.get(targets) : [],
  ])
  return [...new Map([...matching, ...targeted].map((found) => [found.id, found])).values()]
}

/** For a storage that cannot look for patterns. */
const all = async (store: SubscriptionStore): Promise<Subscription[]> => {
  const found: Subscription[] = []
  for (;;) {
    const last = found.at(-1)
    const after = last ? { at: last.createdAt, id: last.id } : null
    const page = await store.list({ after, limit: PAGE })
    found.push(...page)
    if (page.length < PAGE) return found
  }
}
