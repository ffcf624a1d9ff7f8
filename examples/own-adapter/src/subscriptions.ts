import type { SubscriptionStore } from '@swigs/webhooks-dispatcher/storage-kit'
import { page, type Rows } from './rows.js'

export const subscriptionStore = ({ subscriptions }: Rows): SubscriptionStore => ({
  insert: async (given) => {
    if (!subscriptions.has(given.id)) subscriptions.put(given.id, given)
  },
  get: async (ids) => subscriptions.read(ids),
  list: async (query) => page(subscriptions.read(), ({ createdAt }) => createdAt, query),
  matching: async (patterns) =>
    subscriptions
      .read()
      .filter((row) => row.isActive && row.events.some((event) => patterns.includes(event))),
  update: async ({ id, patch, now, expected: { url, secret, health, failingSince } = {} }) => {
    const before = subscriptions.get(id)
    if (!before || (url ?? before.url) !== before.url) return null
    if (secret !== undefined && secret !== before.secrets[0]?.value) return null
    if ((health ?? before.health.revision) !== before.health.revision) return null
    if ((failingSince ?? before.stats.failingSince) !== before.stats.failingSince) return null
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
    subscriptions.put(id, { ...before, ...given, updatedAt: now })
    return subscriptions.get(id) ?? null
  },
  remove: async (id) => subscriptions.remove(id),
})
