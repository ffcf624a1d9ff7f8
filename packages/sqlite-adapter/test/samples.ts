import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  deliveryId,
  NO_HEALTH,
  NO_STATS,
  type AttemptResult,
  type NewDelivery,
  type StoredEvent,
  type Subscription,
} from '@swigs/webhooks-dispatcher/storage-kit'

export const sampleEvent = (id: string, over: Partial<StoredEvent> = {}): StoredEvent => ({
  id,
  type: 'order.created',
  siteId: null,
  body: '{}',
  occurredAt: 0,
  acceptedAt: 0,
  target: null,
  trace: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ...over,
})

/** The input of an append of these events, as a call of its own. */
export const appendOf = (...events: StoredEvent[]) => ({
  callId: `call of ${events[0]?.id}`,
  events,
  visibleAt: 0,
})

/** A delivery as fan-out inserts it, due at once. */
export const deliveryOf = (
  eventId: string,
  subscriptionId: string,
  over: Partial<NewDelivery> = {},
): NewDelivery => ({
  id: deliveryId(eventId, subscriptionId),
  eventId,
  subscriptionId,
  dueAt: 0,
  createdAt: 0,
  once: false,
  ...over,
})

export const sampleSubscription = (id: string, over: Partial<Subscription> = {}): Subscription => ({
  id,
  appName: 'app',
  url: 'https://app.example/hooks',
  events: ['order.*'],
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
  createdAt: 0,
  updatedAt: 0,
  ...over,
})

/** The end of the first attempt of a delivery: it arrived. */
export const deliveredResult = (eventId: string, subscriptionId: string, token: string): AttemptResult => ({
  deliveryId: deliveryId(eventId, subscriptionId),
  subscriptionId,
  token,
  expectedAttemptCount: 0,
  attempt: {
    number: 1,
    startedAt: 1,
    durationMs: 2,
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
})

/** A folder for one test. */
export const testFolder = async (): Promise<{
  folder: string
  file: string
  remove: () => Promise<void>
}> => {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-sqlite-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, file: join(folder, 'webhooks.db'), remove }
}
