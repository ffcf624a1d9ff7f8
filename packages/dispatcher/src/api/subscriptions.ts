import type { SiteId } from './dispatcher.js'
import type { Metrics, MetricsQuery } from './metrics.js'
import type { Page, PageInput } from './page.js'
import type { SubscriptionView } from './views.js'

/** What `subscriptions.create` takes. */
export interface SubscriptionInput {
  /** The app that subscribes: `swigs-workflow`. 1 to 128 characters. */
  appName: string
  /** Where to POST. Public https, unless `network` says otherwise; 2,048 characters at most. */
  url: string
  /** Catalogue types, `order.*` or `*`; 1 to 200 of them. */
  events: readonly string[]
  /** 24 to 256 bytes of key material. Default: 32 random bytes, hex. */
  appSecret?: string | undefined
  /** No or empty `siteIds`: all sites. At most 1,000. */
  filters?: { siteIds?: readonly SiteId[] | undefined } | undefined
  /** `false`: off, nothing is kept for it. Default `true`. */
  isActive?: boolean | undefined
  /** 1,000 characters at most. */
  description?: string | null | undefined
  /** Sent with every request, at most 32; see the wire contract for what may not be set. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Its own limit, `limit` 1 to 10,000 and `windowMs` 1 ms to a day; `false` for none, `null` for the dispatcher's. */
  rateLimit?: { limit: number; windowMs: number } | false | null | undefined
}

/** What `subscriptions.update` takes: the fields to replace. */
export type SubscriptionUpdate = { [K in keyof SubscriptionInput]?: SubscriptionInput[K] | undefined }

/** Which subscriptions to pause: those that fit all that is given, at least one of `ids`, `appName`, `siteId`. */
export interface PauseAllInput extends Actor {
  /** 1,000 at most. */
  ids?: readonly string[] | undefined
  appName?: string | undefined
  /** Those that name this site; those of all sites are not among them. */
  siteId?: string | undefined
  /** As `pause` takes it. */
  keep?: boolean | undefined
  /** Only count. Default `false`. */
  dryRun?: boolean | undefined
}

/** Who did it, for the observer. */
export interface Actor {
  readonly actor?: string | null | undefined
}

/** What to send by hand, to one subscription; without a type, the `test` event. */
export interface TestInput extends Actor {
  /** Of the catalogue, where there is one; default `test`. */
  readonly type?: string | undefined
  /** As the schema of that type takes it. */
  readonly data?: unknown
  /** The site it is said to have happened on. Default: none. */
  readonly siteId?: SiteId | null | undefined
}

/** What became of a test. */
export interface TestResult {
  readonly eventId: string
  readonly delivered: boolean
  readonly statusCode: number | null
  readonly durationMs: number | null
  /** Why it was not delivered, in words; `null` when it was. */
  readonly error: string | null
  readonly deliveryId: string
  /** What the receiver answered, 16 KiB at most. */
  readonly responseBody: string | null
}

/** `webhooks.subscriptions`: who wants to know, where, with which secret. */
export interface Subscriptions {
  /**
   * Registers a subscription; the only answer beside `rotateSecret` with its secret in full.
   * @throws InvalidSubscriptionError naming each field, its address included
   */
  create(input: SubscriptionInput, by?: Actor): Promise<SubscriptionView>
  /** @throws NotFoundError */
  get(id: string): Promise<SubscriptionView>
  /** Newest first. @throws InvalidOptionsError; InvalidCursorError */
  list(query?: PageInput): Promise<Page<SubscriptionView>>
  /**
   * Replaces the given fields. A new `appSecret` replaces the primary at once, without overlap; `isActive: false` switches it
   * off, and what is pending is cancelled; `isActive: true` switches it on again, and leaves a paused one paused; a new `url` or
   * `rateLimit` ends a hold that the old one was the cause of.
   * @throws InvalidSubscriptionError naming each field; NotFoundError
   */
  update(id: string, input: SubscriptionUpdate, by?: Actor): Promise<SubscriptionView>
  /**
   * Sends nothing for now. What is pending, and what happens from now on, waits for `resume`; what has waited so for longer
   * than `retentionMs` is given up on the record (`expired`). `keep: false` switches it off instead: nothing is kept, and what
   * is pending is cancelled (`subscription_off`). Default `keep: true`; one that was off keeps what happens from now on.
   * @throws NotFoundError; InvalidOptionsError
   */
  pause(id: string, options?: { keep?: boolean | undefined } & Actor): Promise<SubscriptionView>
  /**
   * Pauses all that fit and send now (`keep: false`: that are on); answers how many.
   * @throws InvalidOptionsError when nothing restricts it, or naming the field
   */
  pauseAll(input: PauseAllInput): Promise<{ count: number }>
  /**
   * Ends a pause, an off and what else holds its deliveries back: what has waited goes out, oldest first, within the rate limit.
   * @throws NotFoundError
   */
  resume(id: string, by?: Actor): Promise<SubscriptionView>
  /** Removes it; its pending deliveries become `cancelled`. @throws NotFoundError */
  remove(id: string, by?: Actor): Promise<void>
  /**
   * Makes a new primary secret. The old one signs beside it for `overlapMs` (0 to 7 days, default 24 h).
   * @throws NotFoundError; InvalidOptionsError; ConflictError when another rotation came in between
   */
  rotateSecret(id: string, options?: { overlapMs?: number | undefined } & Actor): Promise<SubscriptionView>
  /**
   * Ends whatever holds its deliveries back: a receiver's `Retry-After`, a quarantine after crashes, the wait for a rate limit
   * that has changed. The rate limit itself stays.
   * @throws NotFoundError
   */
  release(id: string, by?: Actor): Promise<void>
  /**
   * Sends a `test` event now, once, through the very path of every delivery, also to a paused subscription.
   * With a `type` it sends that instead, whatever the subscription subscribes to.
   * @throws NotFoundError; InvalidEventError with the path of each problem
   */
  test(id: string, input?: TestInput): Promise<TestResult>
  /**
   * What came of its attempts, by minute, hour or day.
   * @throws NotFoundError; InvalidOptionsError naming the field, and how to ask for less where it is too much
   * @example
   * const { points } = await webhooks.subscriptions.metrics(id, { since: '2026-02-01T00:00:00Z', step: 'hour' })
   */
  metrics(id: string, query?: MetricsQuery): Promise<Metrics>
}
