import { newDelivery } from '../../core/delivery.js'
import type { StoredEvent } from '../../core/event.js'
import { NEVER, type Lane, type LaneState } from '../../core/lane.js'
import type { AttemptResult } from '../../core/attempt-result.js'
import { NO_STATS, type Subscription } from '../../core/subscription.js'
import { NO_HEALTH } from '../../core/subscription-health.js'
import type { LaneRelease } from '../../ports/storage/lanes.js'
import type { Storage } from '../../ports/storage/storage.js'

/** An instant to count from. */
export const T0 = Date.UTC(2026, 1, 1, 10)

export const LEASE_MS = 15_000

let serial = 0

/** An event, valid and unlike any other. */
export const sampleEvent = (over: Partial<StoredEvent> = {}): StoredEvent => {
  const id = `evt_${String(++serial).padStart(6, '0')}${Math.random().toString(36).slice(2, 10)}`
  const body = JSON.stringify({ id, event: 'order.created', timestamp: new Date(T0).toISOString(), data: {} })
  const at = { occurredAt: T0, acceptedAt: T0 }
  return { id, type: 'order.created', siteId: null, body, ...at, target: null, trace: null, ...over }
}

/** Stores a subscription under an id of the storage's own form. */
export const insertSample = async (
  storage: Storage,
  over: Partial<Subscription> = {},
): Promise<Subscription> => {
  const id = storage.newSubscriptionId?.() ?? `sub_${String(++serial).padStart(6, '0')}`
  const subscription = { ...sampleSubscription, id, ...over }
  await storage.subscriptions.insert(subscription)
  return subscription
}

const sampleSubscription: Omit<Subscription, 'id'> = {
  appName: 'swigs-workflow',
  url: 'https://workflow.example.com/hooks',
  events: ['order.created'],
  siteIds: [],
  isActive: true,
  inactiveReason: null,
  pausedAt: null,
  description: null,
  headers: {},
  rateLimit: null,
  secrets: [{ value: 'sample-secret-sample-secret-sample', expiresAt: null }],
  stats: NO_STATS,
  health: NO_HEALTH,
  createdAt: T0,
  updatedAt: T0,
}

/** A result of the first attempt, delivered. */
export const sampleResult = (
  lane: Pick<Lane, 'subscriptionId' | 'token'>,
  deliveryId: string,
  over: Partial<AttemptResult> = {},
): AttemptResult => ({
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
  dueAt: null,
  scheduleStep: 1,
  ...over,
})

/** Stores a subscription and `count` events fanned out to it, due at T0; answers the ids of the deliveries. */
export const seed = async (
  storage: Storage,
  count: number,
  over: Partial<StoredEvent> = {},
): Promise<{ subscription: Subscription; events: StoredEvent[]; ids: string[] }> => {
  const subscription = await insertSample(storage)
  const events = Array.from({ length: count }, () => sampleEvent(over))
  const deliveries = events.map((event) => newDelivery(event, subscription.id, T0))
  await append(storage, events)
  await storage.events.fanOut({ now: T0, eventIds: events.map(({ id }) => id), deliveries })
  return { subscription, events, ids: deliveries.map(({ id }) => id) }
}

/** Takes the lane of one subscription. */
export const take = async (
  storage: Storage,
  subscriptionId: string,
  now = T0,
  token = `tok${++serial}`,
): Promise<Lane> => {
  const { lanes } = await storage.lanes.acquire({
    token,
    now,
    leaseMs: LEASE_MS,
    limit: 1,
    subscriptionIds: [subscriptionId],
  })
  const [lane] = lanes
  if (!lane) throw new Error(`the lane of ${subscriptionId} could not be taken`)
  return lane
}

/** A lane as it is stored; `null` where there is none. */
export const laneOf = async (storage: Storage, subscriptionId: string): Promise<LaneState | null> => {
  const query = { token: `tok${++serial}`, now: T0, leaseMs: LEASE_MS, limit: 0 }
  const { others } = await storage.lanes.acquire({ ...query, subscriptionIds: [subscriptionId] })
  return others[0] ?? null
}

/** A lane given back: idle, and free at once, unless told. */
export const released = (lane: Lane, over: Partial<LaneRelease> = {}): LaneRelease => {
  const { subscriptionId, token, wakeups, lifts, window } = lane
  const rest = { dueAt: NEVER, hold: null, crashCount: 0, quarantinedAt: 0 }
  return { subscriptionId, token, wakeups, lifts, window, ...rest, ...over }
}

/** Appends as a call of its own. */
export const append = (
  storage: Storage,
  events: readonly StoredEvent[],
  visibleAt = T0,
): Promise<boolean[]> => storage.events.append({ callId: `call${++serial}`, events, visibleAt })

/** Completes as a call of its own. */
export const complete = (
  storage: Storage,
  results: readonly AttemptResult[],
  { now = T0, progressed = [] }: { now?: number; progressed?: readonly string[] } = {},
): Promise<string[]> => storage.lanes.complete({ callId: `call${++serial}`, now, results, progressed })

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
