import type { SiteId } from './dispatcher.js'
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
  /** Default `true`. */
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
   * Replaces the given fields. A new `appSecret` replaces the primary at once, without overlap; `isActive: true` lets
   * waiting deliveries go on; a new `url` or `rateLimit` ends a hold that the old one was the cause of.
   * @throws InvalidSubscriptionError naming each field; NotFoundError
   */
  update(id: string, input: SubscriptionUpdate, by?: Actor): Promise<SubscriptionView>
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
}
