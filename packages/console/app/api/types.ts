/** An instant, ISO 8601. */
export type Instant = string

/** A list's page; a page with a next one may be short. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

/** At most `limit` requests in any `windowMs`. */
export interface RateLimit {
  readonly limit: number
  readonly windowMs: number
}

/** An endpoint: who wants to know, where. */
export interface Subscription {
  readonly id: string
  readonly appName: string
  readonly appSecret: string
  readonly url: string
  readonly events: readonly string[]
  readonly filters: { readonly siteIds: readonly string[] }
  readonly isActive: boolean
  readonly inactiveReason: string | null
  /** active: sends; paused: keeps what happens; off: keeps nothing. */
  readonly state: 'active' | 'paused' | 'off'
  readonly pausedAt: Instant | null
  readonly pausedBy: string | null
  readonly description: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly rateLimit: RateLimit | false | null
  readonly stats: {
    readonly totalSent: number
    readonly totalFailed: number
    readonly lastSentAt: Instant | null
    readonly lastError: string | null
  }
  readonly health: { readonly failingSince: Instant | null }
  readonly previousSecretsExpireAt: readonly Instant[]
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** What of an endpoint can be written. */
export interface SubscriptionFields {
  readonly appName?: string
  readonly url?: string
  readonly events?: string[]
  readonly filters?: { siteIds: string[] }
  readonly description?: string | null
  readonly headers?: Record<string, string>
  readonly rateLimit?: RateLimit | false | null
  readonly isActive?: boolean
}

/** One request of a delivery, with what came back. */
export interface Attempt {
  readonly number: number
  readonly startedAt: Instant
  readonly durationMs: number
  readonly statusCode: number | null
  readonly errorClass: string | null
  readonly error: string | null
  readonly responseBody: string | null
  readonly truncated: boolean
  readonly retryAfterMs?: number | null | undefined
  readonly repeated?: boolean | undefined
  readonly responseHeaders?: Readonly<Record<string, string>> | null | undefined
  readonly address?: string | null | undefined
}

export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'cancelled'

/** One event for one endpoint. */
export interface Delivery {
  readonly id: string
  readonly eventId: string
  readonly eventType: string
  readonly siteId: string | null
  readonly subscriptionId: string
  readonly status: DeliveryStatus
  readonly reason: string | null
  /** How it stands, in words. */
  readonly explanation: string
  readonly attemptCount: number
  readonly isPaused: boolean
  readonly nextAttemptAt: Instant | null
  readonly createdAt: Instant
  readonly settledAt: Instant | null
  readonly attempts: readonly Attempt[]
}

export interface DeliveryDetail extends Delivery {
  readonly request: {
    readonly method: string
    readonly url: string | null
    readonly headers: Readonly<Record<string, string>>
    /** Byte for byte what is sent. */
    readonly body: string
  } | null
}

/** What happened. */
export interface EventItem {
  readonly id: string
  readonly type: string
  readonly siteId: string | null
  readonly occurredAt: Instant
  readonly acceptedAt: Instant
  readonly body: string
}

export interface EventDetail extends EventItem {
  readonly deliveries: readonly Delivery[]
}

/** How much there is to do. */
export interface Stats {
  readonly pendingEvents: number
  readonly pending: number
  readonly due: number
  readonly inFlight: number
  readonly oldestDueAgeMs: number
  readonly delivered: number
  readonly failed: number
  readonly cancelled: number
  readonly malformed: readonly { readonly noun: string; readonly id: string; readonly problem: string }[]
}

/** Who asks, and what they may do, as `POST /:id/pause`. */
export interface Me {
  readonly actor: string | null
  readonly siteIds: 'all' | readonly string[]
  readonly may: readonly string[]
}

export interface EventTypeInfo {
  readonly type: string
  readonly description: string
  readonly schema: Readonly<Record<string, unknown>>
  readonly example?: unknown
}

/** What may be sent. */
export interface Catalogue {
  readonly isOpen: boolean
  readonly types: readonly EventTypeInfo[]
}

/** What came of a test. */
export interface Tested {
  readonly eventId: string
  readonly deliveryId: string
  readonly statusCode: number | null
  readonly durationMs: number | null
  readonly responseBody: string | null
}

/** What came of an event that was sent by hand. */
export interface Sent {
  readonly eventId: string | null
  readonly test: (Tested & { readonly delivered: boolean; readonly error: string | null }) | null
}

export type MetricsStep = 'minute' | 'hour' | 'day'

/** What came of the attempts of one step. */
export interface MetricsPoint {
  readonly at: Instant
  readonly attempts: number
  readonly delivered: number
  readonly failed: number
  readonly failedBy: Readonly<Record<string, number>>
  /** 12 counts, by duration. */
  readonly latency: readonly number[]
}

export interface Metrics {
  readonly since: Instant
  readonly until: Instant
  readonly step: MetricsStep
  readonly points: readonly MetricsPoint[]
}

/** How many; `atLeast` where not everything was looked at. */
export interface Count {
  readonly count: number
  readonly atLeast: boolean
}

export type ReplayWhich = 'failed' | 'missing' | 'all'

/** What to send again. */
export interface ReplayInput {
  readonly subscriptionId?: string | undefined
  readonly type?: string | undefined
  readonly siteId?: string | undefined
  readonly since: Instant
  readonly until?: Instant | undefined
  readonly which: ReplayWhich
}

/** A time that is sent again, and how far that has come. */
export interface Replay {
  readonly id: string
  readonly state: 'running' | 'done' | 'cancelled'
  readonly which: ReplayWhich
  readonly subscriptionId: string | null
  readonly type: string | null
  readonly siteId: string | null
  readonly since: Instant
  readonly until: Instant
  readonly total: number
  readonly atLeast: boolean
  readonly done: number
  readonly sent: number
  readonly createdAt: Instant
  readonly finishedAt: Instant | null
}
