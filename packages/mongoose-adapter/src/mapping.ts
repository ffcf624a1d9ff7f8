import {
  EMPTY_WINDOW,
  type Delivery,
  type DeliveryStatus,
  type Lane,
  type LaneState,
  type NewDelivery,
  type NewSubscription,
  type QueuedDelivery,
  type StoredEvent,
  type Subscription,
  type SubscriptionPatch,
} from '@swigs/webhooks-dispatcher'
import type { mongo } from 'mongoose'
import type { DeliveryDocument, EventDocument, LaneDocument, SubscriptionDocument } from './documents.js'

/** Delivery states by their number. */
export const STATES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'cancelled']

/** Where ObjectIds come from. */
export interface IdMaker {
  readonly ObjectId: typeof mongo.ObjectId
}

const HEX = /^[0-9a-f]{24}$/

/** An ObjectId of its canonical hex form; anything else is no id. */
export const toObjectId = ({ ObjectId }: IdMaker, id: string): mongo.ObjectId | null =>
  HEX.test(id) ? new ObjectId(id) : null

const siteIdOut = (maker: IdMaker, site: string): mongo.ObjectId | string => toObjectId(maker, site) ?? site

export const toSubscription = (document: SubscriptionDocument): Subscription => {
  const { stats, filters, createdAt } = document
  const created = createdAt?.getTime() ?? document._id.getTimestamp().getTime()
  const isActive = document.isActive ?? true
  return {
    id: document._id.toHexString(),
    appName: document.appName,
    url: document.url,
    events: document.events ?? [],
    siteIds: (filters?.siteIds ?? []).map(String),
    isActive,
    inactiveReason: isActive ? null : (document.inactiveReason ?? 'paused'),
    description: document.description ?? null,
    headers: Object.fromEntries((document.headers ?? []).map(({ name, value }) => [name, value])),
    rateLimit: document.rateLimit ?? null,
    secrets: [
      { value: document.appSecret, expiresAt: null },
      ...(document.previousSecrets ?? []).map(({ value, expiresAt }) => ({
        value,
        expiresAt: expiresAt?.getTime() ?? null,
      })),
    ],
    stats: {
      totalSent: stats?.totalSent ?? 0,
      totalFailed: stats?.totalFailed ?? 0,
      lastSentAt: stats?.lastSentAt?.getTime() ?? null,
      lastError: stats?.lastError ?? null,
    },
    createdAt: created,
    updatedAt: document.updatedAt?.getTime() ?? created,
  }
}

const date = (instant: number | null): Date | null => (instant === null ? null : new Date(instant))

const PLAIN = [
  'appName',
  'url',
  'isActive',
  'inactiveReason',
  'description',
  'rateLimit',
] as const satisfies readonly (keyof SubscriptionPatch)[]

/** The fields of a patch as the document has them, and no others. Header names may hold dots: they are values here. */
export const fromPatch = (maker: IdMaker, patch: SubscriptionPatch): Partial<SubscriptionDocument> => {
  const { siteIds, headers, secrets, events } = patch
  const given = PLAIN.filter((name) => patch[name] !== undefined)
  const [primary, ...previous] = secrets ?? []
  return {
    ...Object.fromEntries(given.map((name) => [name, patch[name]])),
    ...(events && { events: [...events] }),
    ...(siteIds && { filters: { siteIds: siteIds.map((site) => siteIdOut(maker, site)) } }),
    ...(headers && { headers: Object.entries(headers).map(([name, value]) => ({ name, value })) }),
    ...(primary && {
      appSecret: primary.value,
      previousSecrets: previous.map(({ value, expiresAt }) => ({ value, expiresAt: date(expiresAt) })),
    }),
  }
}

export const fromSubscription = (
  maker: IdMaker,
  subscription: NewSubscription,
): Omit<SubscriptionDocument, '_id'> => {
  const { stats, createdAt, updatedAt } = subscription
  const { totalSent, totalFailed, lastSentAt, lastError } = stats
  return {
    ...(fromPatch(maker, subscription) as Omit<SubscriptionDocument, '_id'>),
    stats: { totalSent, totalFailed, lastSentAt: date(lastSentAt), lastError },
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
  }
}

export const toEvent = ({
  _id,
  type,
  siteId,
  body,
  occurredAt,
  acceptedAt,
  target,
}: EventDocument): StoredEvent => ({
  id: _id,
  type,
  siteId,
  body,
  occurredAt,
  acceptedAt,
  target,
})

export const fromEvent = ({ id, ...event }: StoredEvent, visibleAt: number): EventDocument => ({
  _id: id,
  ...event,
  state: 0,
  visibleAt,
})

export const toQueued = (document: DeliveryDocument): QueuedDelivery => ({
  id: document._id,
  eventId: document.eventId,
  eventType: document.eventType,
  subscriptionId: document.lane,
  dueAt: document.dueAt,
  attemptCount: document.attemptCount,
  scheduleStep: document.scheduleStep,
  once: document.once,
})

export const toDelivery = (document: DeliveryDocument): Delivery => ({
  ...toQueued(document),
  siteId: document.siteId,
  status: STATES[document.state] ?? 'pending',
  reason: document.reason,
  createdAt: document.createdAt,
  settledAt: document.settledAt,
  attempts: document.attempts,
})

export const fromNewDelivery = ({ id, subscriptionId, ...delivery }: NewDelivery): DeliveryDocument => ({
  _id: id,
  lane: subscriptionId,
  ...delivery,
  state: 0,
  reason: null,
  settledAt: null,
  attemptCount: 0,
  scheduleStep: 0,
  attempts: [],
})

export const toLane = ({ _id, slice: _slice, ...lane }: LaneDocument): LaneState => ({
  subscriptionId: _id,
  ...lane,
})

/** A lane as its new owner sees it. */
export const toOwned = (document: LaneDocument, token: string): Lane => {
  const { dueAt: _dueAt, ...lane } = toLane(document)
  return { ...lane, token }
}

/** Lanes are spread over this many slices. */
export const SLICES = 16

/** FNV-1a of the id. */
export const sliceOf = (subscriptionId: string): number => {
  let hash = 0x811c9dc5
  for (const unit of subscriptionId) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0) % SLICES
}

/** A lane that nobody has woken. */
export const newLaneFields = (subscriptionId: string) => ({
  slice: sliceOf(subscriptionId),
  token: null,
  leaseUntil: 0,
  window: { ends: [...EMPTY_WINDOW.ends], reserved: 0 },
  crashCount: 0,
  quarantinedAt: 0,
})
