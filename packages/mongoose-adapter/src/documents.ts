import type { Delivery, LaneWindow } from '@swigs/webhooks-dispatcher'
import type { mongo } from 'mongoose'

/** A value as it may stand in a document that somebody else wrote. */
type Loose<T> = { [K in keyof T]?: T[K] | null }

/** The seed's subscription, and our fields beside it. Documents written by the seed's own code have the first half. */
export interface SubscriptionDocument {
  _id: mongo.ObjectId
  appName: string
  appSecret: string
  url: string
  events: string[]
  filters?: { siteIds?: (mongo.ObjectId | string)[] | null } | null
  isActive?: boolean
  stats?: Loose<{ totalSent: number; totalFailed: number; lastSentAt: Date; lastError: string }> | null
  createdAt?: Date
  updatedAt?: Date
  inactiveReason?: 'paused' | 'gone' | null
  description?: string | null
  headers?: { name: string; value: string }[]
  rateLimit?: { limit: number; windowMs: number } | false | null
  previousSecrets?: { value: string; expiresAt: Date | null }[]
  /** The latest calls of `settle` whose statistics are in `stats`. */
  countedCalls?: string[]
}

/** An event. `state` 0: nobody has fanned it out. */
export interface EventDocument {
  _id: string
  type: string
  siteId: string | null
  body: string
  occurredAt: number
  acceptedAt: number
  target: string | null
  state: 0 | 1
  visibleAt: number
  /** The call of `append` that stored it; none when a caller's session did. */
  appendedBy?: string
}

/** A delivery, its attempts inside. `state` 0 pending, 1 delivered, 2 failed, 3 cancelled. */
export interface DeliveryDocument {
  _id: string
  eventId: string
  eventType: string
  siteId: string | null
  lane: string
  state: number
  reason: Delivery['reason']
  dueAt: number
  createdAt: number
  settledAt: number | null
  attemptCount: number
  scheduleStep: number
  once: boolean
  attempts: Delivery['attempts'][number][]
  /** The call of `settle` that wrote the latest outcome. */
  settledBy?: string
  /** Present on settled ones alone: a TTL index counts from here, and only dates count. */
  doneAt?: Date
}

/** A lane. */
export interface LaneDocument {
  _id: string
  /** Hash of the id, 0 to `SLICES - 1`: where rivals start. */
  slice: number
  token: string | null
  leaseUntil: number
  dueAt: number
  wakeups: number
  window: { ends: number[]; reserved: LaneWindow['reserved'] }
  crashCount: number
  quarantinedAt: number
}
