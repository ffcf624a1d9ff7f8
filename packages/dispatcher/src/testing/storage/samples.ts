import { newDelivery } from '../../core/delivery.js'
import type { StoredEvent } from '../../core/event.js'
import type { Lane } from '../../core/lane.js'
import type { Settlement } from '../../core/settlement.js'
import { NO_STATS, type NewSubscription, type Subscription } from '../../core/subscription.js'
import type { Storage } from '../../ports/storage.js'

/** An instant to count from. */
export const T0 = Date.UTC(2026, 1, 1, 10)

export const LEASE_MS = 15_000

let serial = 0

/** An event, valid and unlike any other. */
export const sampleEvent = (over: Partial<StoredEvent> = {}): StoredEvent => {
  const id = `evt_${String(++serial).padStart(6, '0')}${Math.random().toString(36).slice(2, 10)}`
  const body = JSON.stringify({ id, event: 'order.created', timestamp: new Date(T0).toISOString(), data: {} })
  const at = { occurredAt: T0, acceptedAt: T0 }
  return { id, type: 'order.created', siteId: null, body, ...at, onlyFor: null, ...over }
}

/** A subscription to insert. */
export const sampleSubscription = (over: Partial<NewSubscription> = {}): NewSubscription => ({
  appName: 'swigs-workflow',
  url: 'https://workflow.example.com/hooks',
  events: ['order.created'],
  siteIds: [],
  isActive: true,
  inactiveReason: null,
  description: null,
  headers: {},
  rateLimit: null,
  secrets: [{ value: 'sample-secret-sample-secret-sample', expiresAt: null }],
  stats: NO_STATS,
  createdAt: T0,
  updatedAt: T0,
  ...over,
})

/** A settlement of the first attempt, delivered. */
export const sampleSettlement = (
  lane: Pick<Lane, 'subscriptionId' | 'token'>,
  deliveryId: string,
  over: Partial<Settlement> = {},
): Settlement => ({
  deliveryId,
  subscriptionId: lane.subscriptionId,
  token: lane.token,
  expectedAttemptCount: 0,
  attempt: {
    number: 1,
    startedAt: T0,
    durationMs: 12.5,
    statusCode: 200,
    errorClass: null,
    error: null,
    responseBody: 'ok',
    truncated: false,
  },
  status: 'delivered',
  reason: null,
  dueAt: T0,
  scheduleStep: 1,
  ...over,
})

/** Stores a subscription and `count` events fanned out to it, due at T0; answers the ids of the deliveries. */
export const seed = async (
  storage: Storage,
  count: number,
  over: Partial<StoredEvent> = {},
): Promise<{ subscription: Subscription; events: StoredEvent[]; ids: string[] }> => {
  const subscription = await storage.subscriptions.insert(sampleSubscription())
  const events = Array.from({ length: count }, () => sampleEvent(over))
  const deliveries = events.map((event) => newDelivery(event, subscription.id, T0))
  await storage.outbox.append({ events, sweepAt: T0 })
  await storage.outbox.fanOut({ now: T0, eventIds: events.map(({ id }) => id), deliveries })
  return { subscription, events, ids: deliveries.map(({ id }) => id) }
}

/** Takes the lane of one subscription. */
export const take = async (
  storage: Storage,
  subscriptionId: string,
  now = T0,
  token = `tok${++serial}`,
): Promise<Lane> => {
  const leaseUntil = now + LEASE_MS
  const [lane] = await storage.lanes.acquire({
    token,
    now,
    leaseUntil,
    limit: 1,
    subscriptionIds: [subscriptionId],
  })
  if (!lane) throw new Error(`the lane of ${subscriptionId} could not be taken`)
  return lane
}

/** Ids that come from outside and mean mischief, or nothing. */
export const HOSTILE_IDS: readonly string[] = [
  '',
  ' ',
  '{"$gt":""}',
  '__proto__',
  'constructor',
  "' OR 1=1 --",
  '"; DROP TABLE lanes',
  'a\u0000b',
  '../../etc',
  '💥'.repeat(50),
  'x'.repeat(10_240),
  '65a00000000000000000ffff',
]
