import { randomUUID } from 'node:crypto'
import { createDispatcher, type DispatcherOptions } from '@swigs/webhooks-dispatcher'
import {
  deliveryId,
  type AttemptResult,
  type NewDelivery,
  type Storage,
  type StorageReport,
  type StoredEvent,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { fakeClock, recordingTransport } from '@swigs/webhooks-dispatcher/testing'
import mongoose, { type Connection, type mongo } from 'mongoose'
import { expect } from 'vitest'
import { collectionsOf, DEFAULT_NAMES, type Collections } from '../src/collections.js'
import type { StoreContext } from '../src/stores/context.js'

/** What the seed's model requires. */
export const fields: { appName: string; appSecret: string; url: string; events: 'order.created'[] } = {
  appName: 'swigs-workflow',
  appSecret: 'f'.repeat(64),
  url: 'https://workflow.example.com/hooks',
  events: ['order.created'],
}

/** The seed's model, in our words. */
export const registerSeedModel = (connection: Connection) =>
  connection.model(
    'WebhookSubscription',
    new mongoose.Schema(
      {
        appName: { type: String, required: true },
        appSecret: { type: String, required: true },
        url: { type: String, required: true },
        events: [{ type: String, enum: ['order.created', 'order.paid', 'order.shipped'] }],
        filters: { siteIds: [mongoose.Schema.Types.ObjectId] },
        isActive: { type: Boolean, default: true },
        stats: {
          totalSent: { type: Number, default: 0 },
          totalFailed: { type: Number, default: 0 },
          lastSentAt: Date,
          lastError: String,
        },
      },
      { timestamps: true },
    ),
  )

/** A dispatcher on a storage whose receivers answer as they are told, at an address that the guard lets through. */
export const dispatcherOn = (storage: Storage, options: Partial<DispatcherOptions> = {}) => {
  const receiver = { status: 200 }
  const transport = recordingTransport(() => receiver.status)
  const webhooks = createDispatcher({
    storage,
    transport,
    // Later than any server's: what a dispatcher says is done is nothing that a TTL index lets go.
    clock: fakeClock(Date.UTC(2100, 1, 1)),
    network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
    ...options,
  })
  return { webhooks, transport, receiver }
}

/** Opening is bounded like any call: on a busy machine, or a narrow pool, it takes more than one. */
export const openAtLast = (storage: Storage): Promise<void> =>
  expect.poll(() => opens(storage), { timeout: 20_000 }).toBe(true)

const opens = (storage: Storage): Promise<boolean> =>
  storage.open().then(
    () => true,
    () => false,
  )

/** An instant to count from, epoch ms. */
export const T0 = Date.UTC(2026, 1, 1)

/** An event that nobody has fanned out. */
export const sampleEvent = (over: Partial<StoredEvent> = {}): StoredEvent => ({
  id: `evt_${randomUUID()}`,
  type: 'order.created',
  siteId: null,
  body: '{"n":1}',
  occurredAt: T0,
  acceptedAt: T0,
  target: null,
  trace: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ...over,
})

/** A pending delivery of that event. */
export const sampleDelivery = (event: StoredEvent, subscriptionId: string): NewDelivery => ({
  id: deliveryId(event.id, subscriptionId),
  eventId: event.id,
  subscriptionId,
  dueAt: T0,
  createdAt: T0,
  once: false,
})

/** A result of a first attempt, delivered. */
export const delivered = (
  { subscriptionId, token }: { subscriptionId: string; token: string },
  id: string,
): AttemptResult => ({
  deliveryId: id,
  subscriptionId,
  token,
  expectedAttemptCount: 0,
  status: 'delivered',
  reason: null,
  dueAt: null,
  scheduleStep: 1,
  attempt: {
    number: 1,
    startedAt: T0,
    durationMs: 3,
    statusCode: 200,
    errorClass: null,
    error: null,
    responseBody: '',
    truncated: false,
  },
})

let calls = 0

/** The name of a call that nobody has made. */
export const newCall = (): string => `call-${++calls}`

/** A report that is kept: `noun id problem` of each row. */
export const keptReport = (): StorageReport & { readonly rows: string[] } => {
  const rows: string[] = []
  return { rows, malformed: ({ noun, id, problem }) => void rows.push(`${noun} ${id}: ${problem}`) }
}

/** What a store works with, on collections that a test has made. */
export const contextOn = (collections: unknown, report: StorageReport = keptReport()): StoreContext => ({
  at: () => collections as Collections,
  report,
  logger: console,
})

/** The adapter's collections on a connection. */
export const collectionsOn = (connection: Connection): Collections =>
  collectionsOf(connection.db as unknown as mongo.Db, mongoose.mongo.ObjectId, DEFAULT_NAMES)
