import type { Collections } from './collections.js'

/** What each collection needs; a hot statement without its index scans. */
const INDEXES = {
  subscriptions: [
    { key: { isActive: 1, events: 1 }, name: 'webhooks_matching' },
    { key: { createdAt: -1, _id: -1 }, name: 'webhooks_newest' },
  ],
  events: [
    { key: { sweepAt: 1 }, name: 'webhooks_unfanned', partialFilterExpression: { state: 0 } },
    { key: { acceptedAt: -1, _id: -1 }, name: 'webhooks_newest' },
    { key: { type: 1, acceptedAt: -1, _id: -1 }, name: 'webhooks_type' },
    { key: { siteId: 1, acceptedAt: -1, _id: -1 }, name: 'webhooks_site' },
  ],
  deliveries: [
    { key: { lane: 1, dueAt: 1, _id: 1 }, name: 'webhooks_due', partialFilterExpression: { state: 0 } },
    { key: { lane: 1, settledAt: 1 }, name: 'webhooks_failed', partialFilterExpression: { state: 2 } },
    { key: { createdAt: -1, _id: -1 }, name: 'webhooks_newest' },
    { key: { lane: 1, createdAt: -1, _id: -1 }, name: 'webhooks_lane' },
    { key: { state: 1, createdAt: -1, _id: -1 }, name: 'webhooks_state' },
    { key: { eventId: 1 }, name: 'webhooks_event' },
  ],
  lanes: [
    { key: { slice: 1, dueAt: 1 }, name: 'webhooks_slice' },
    { key: { dueAt: 1 }, name: 'webhooks_due' },
  ],
} as const

/** Creates what is missing; answers what could not be made, in words, for the log. */
export const createIndexes = async (collections: Collections): Promise<string[]> => {
  const problems: string[] = []
  for (const [name, wanted] of Object.entries(INDEXES)) {
    const collection = collections[name as keyof typeof INDEXES]
    for (const { key, ...options } of wanted)
      await collection.createIndex(key, options).catch((error: unknown) => {
        const code = error instanceof Error && 'codeName' in error ? String(error.codeName) : 'unknown error'
        problems.push(`${collection.collectionName}.${options.name} (${code})`)
      })
  }
  return problems
}
