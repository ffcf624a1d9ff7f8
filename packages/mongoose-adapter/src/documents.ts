import type {
  Attempt,
  Delivery,
  InactiveReason,
  LaneHold,
  LaneWindow,
  Replay,
  SubscriptionHealth,
} from '@swigs/webhooks-dispatcher/storage-kit'
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
  stats?: Loose<{
    totalSent: number
    totalFailed: number
    lastSentAt: Date
    lastError: string
    /** Not there while it does not fail. */
    failingSince: Date
    lastFailedAt: Date
  }> | null
  createdAt?: Date
  updatedAt?: Date
  inactiveReason?: InactiveReason | null
  pausedAt?: Date | null
  pausedBy?: string | null
  description?: string | null
  headers?: { name: string; value: string }[]
  rateLimit?: { limit: number; windowMs: number } | false | null
  previousSecrets?: { value: string; expiresAt: Date | null }[]
  health?: Loose<SubscriptionHealth> | null
  /** The latest calls of `complete` whose statistics are in `stats`. */
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
  /** None where nothing is traced, and in those of versions before. */
  trace?: string
  /** The event's `target`. */
  onlyFor: string | null
  state: 0 | 1
  /** The `visibleAt` of `append`. */
  sweepAt: number
  /** The call of `append` that stored it; none when a caller's session did. */
  appendedBy?: string
  /** Epoch ms of a fan-out by a process without workers: the change stream tells the others of it. */
  announcedAt?: number
}

/** A delivery. `state` 0 pending, 1 delivered, 2 failed, 3 cancelled. */
export interface DeliveryDocument {
  _id: string
  eventId: string
  /** The subscription. */
  lane: string
  state: number
  dueAt: number
  createdAt: number
  attemptCount: number
  scheduleStep: number
  once: boolean
  reason?: Delivery['reason']
  settledAt?: number | null
  /** Epoch ms of the latest `complete` or `resend` that left it pending; none where that was its fan-out. */
  writtenAt?: number
  /** The calls of `complete` that wrote the latest outcomes, oldest first: with the id they name the attempts. */
  calls?: string[]
  /** Present on settled ones alone: a TTL index counts from here, and only dates count. */
  doneAt?: Date
  /** Of those that version 0.1 made; since then the event alone has it. */
  eventType?: string
  /** As `eventType`. */
  siteId?: string | null
  /** Those that version 0.1 recorded. */
  attempts?: Attempt[]
}

/** An attempt; what is `null` or `false` is left out. */
export interface AttemptDocument extends Loose<Omit<Attempt, 'number' | 'responseHeaders'>> {
  /** See `attempt-ids.ts`. */
  _id: string
  number: number
  /** JSON: a header may have a name that no field can have. */
  responseHeaders?: string
}

/** A lane. */
export interface LaneDocument {
  _id: string
  /** Hash of the id, 0 to `SLICES - 1`: where rivals start. */
  slice: number
  token: string | null
  leaseUntil: number
  /** None in those that version 0.1 wrote latest. */
  leaseMs?: number
  dueAt: number
  wakeups: number
  lifts?: number
  hold?: LaneHold | null
  window: { ends: number[]; reserved: LaneWindow['reserved'] }
  /** The lane's `crashCount`. */
  strikes: number
  /** The lane's `quarantinedAt`. */
  heldStrikes: number
}

/** A replay; what is asked for stands beside its record. */
export interface ReplayDocument {
  _id: string
  createdAt: number
  running: number
  revision: string
  record: Replay
}

/** Counts by their place in `MetricsCounts`: `p0`, `p1` …; those that are 0 are left out. */
export type CountsDocument = Record<string, number>

/** What a subscription's attempts came to in an hour. */
export interface MetricsDocument {
  /** The subscription's id and the hour's number: see `metricsId`. */
  _id: string
  lane: string
  /** Epoch ms of the hour's start. */
  at: number
  /** 0 with its minutes, 1 rolled up. */
  state: 0 | 1
  hour: CountsDocument
  /** By minute: `m0` to `m59`. */
  minutes?: Record<string, CountsDocument>
  /** The latest that were added, once each: folds, and in hours of before calls of `complete`. */
  calls: string[]
}

/** What one call of `complete` counts, until that is added to the hours of its subscriptions; in the collection of those. */
export interface MetricsCallDocument {
  /** The call's own name: see `metricsCallId`. */
  _id: string
  /** Epoch ms of the minute's start. */
  at: number
  /** 2 to be added; 3 added, and kept for a while: the call is known when it is repeated. */
  state: 2 | 3
  /** A subscription's id, and then, two by two, places and their counts. */
  parts?: (string | number)[][]
}

/** Which calls are being added to their hours. There is one such document at most. */
export interface MetricsFoldDocument {
  _id: string
  at: number
  state: 4
  /** What hours remember that have it added already. */
  token: string
  calls: string[]
}
