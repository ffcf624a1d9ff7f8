import { v7 as uuidv7 } from 'uuid'
import type { Subscription } from '../../core/subscription.js'
import type { SubscriptionStore } from '../../ports/storage.js'
import { newestFirst, type MemoryState } from './state.js'

export const memorySubscriptions = ({ subscriptions }: MemoryState): SubscriptionStore => ({
  insert: async (subscription) => {
    const stored = structuredClone({ ...subscription, id: `sub_${uuidv7().replaceAll('-', '')}` })
    subscriptions.set(stored.id, stored)
    return structuredClone(stored)
  },
  get: async (ids) => [...new Set(ids)].flatMap((id) => subscriptions.get(id) ?? []),
  list: async ({ after, limit }) =>
    newestFirst(subscriptions.values(), ({ createdAt, id }) => [createdAt, id], after, limit),
  matching: async (patterns) =>
    [...subscriptions.values()].filter(
      ({ isActive, events }) => isActive && events.some((event) => patterns.includes(event)),
    ),
  update: async ({ id, patch, now }) => {
    const before = subscriptions.get(id)
    if (!before) return null
    const given = Object.entries(structuredClone(patch)).filter(([, value]) => value !== undefined)
    const after: Subscription = { ...before, ...Object.fromEntries(given), updatedAt: now }
    subscriptions.set(id, after)
    return after
  },
  remove: async (id) => subscriptions.delete(id),
})
