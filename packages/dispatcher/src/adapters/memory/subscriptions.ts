import type { Subscription } from '../../core/subscription.js'
import type { SubscriptionStore } from '../../ports/storage/subscriptions.js'
import { newestFirst, type MemoryState } from './state.js'

export const memorySubscriptions = ({ subscriptions }: MemoryState): SubscriptionStore => ({
  insert: async (subscription) => {
    if (!subscriptions.has(subscription.id)) subscriptions.set(subscription.id, structuredClone(subscription))
  },
  get: async (ids) => [...new Set(ids)].flatMap((id) => subscriptions.get(id) ?? []),
  list: async ({ after, limit }) =>
    newestFirst(subscriptions.values(), ({ createdAt, id }) => [createdAt, id], after, limit),
  matching: async (patterns) =>
    [...subscriptions.values()].filter(
      ({ isActive, events }) => isActive && events.some((event) => patterns.includes(event)),
    ),
  update: async ({ id, patch, now, expected }) => {
    const before = subscriptions.get(id)
    if (!before) return null
    if (expected?.url !== undefined && expected.url !== before.url) return null
    if (expected?.secret !== undefined && expected.secret !== before.secrets[0]?.value) return null
    if (expected?.health !== undefined && expected.health !== before.health.revision) return null
    if (expected?.failingSince !== undefined && expected.failingSince !== before.stats.failingSince)
      return null
    const given = Object.entries(structuredClone(patch)).filter(([, value]) => value !== undefined)
    const after: Subscription = { ...before, ...Object.fromEntries(given), updatedAt: now }
    subscriptions.set(id, after)
    return after
  },
  remove: async (id) => void subscriptions.delete(id),
})
