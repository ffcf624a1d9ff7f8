import type { EventCatalogue, EventInput, EventType, ObjectIdLike } from '@swigs/webhooks-protocol'
import type { Observer } from '../ports/observer.js'
import type { Deliveries } from './deliveries.js'
import type { Events } from './events.js'
import type { Meter, MeterOptions } from './meter.js'
import type { Metrics, MetricsQuery } from './metrics.js'
import type { InstantInput } from './page.js'
import type { Replays } from './replays.js'
import type { Stats } from './stats.js'
import type { Subscriptions } from './subscriptions.js'

/** A site as callers have it: a string, or a database id that knows its hex string, as Mongoose's ObjectId does. */
export type SiteId = string | { toHexString(): string } | { _id: { toHexString(): string } }

/** What the third argument of `dispatch` can grow into. */
export interface DispatchOptions {
  /** The site it happened on; none: it goes to every subscriber of its type. */
  siteId?: string | ObjectIdLike | null | undefined
  /** A session of the storage's own database: the event commits with the caller's writes, or not at all. */
  session?: unknown
  /** The same key and type make the same event: a second dispatch is a duplicate. 1 to 256 characters. */
  idempotencyKey?: string | undefined
  /** When it happened. Default: now. */
  occurredAt?: InstantInput | undefined
}

/** What `dispatch` answers. */
export interface Dispatched {
  /** `evt_…`; `null` when nothing was accepted. */
  readonly id: string | null
  /** `false` only when disabled by option or environment. */
  readonly accepted: boolean
  /** An event with this `idempotencyKey` was accepted before. */
  readonly duplicate: boolean
}

/** What came of the lanes that a `drain` took. */
export interface Drained {
  /** Requests made. */
  readonly attempts: number
  /** Deliveries that were answered 2xx. */
  readonly delivered: number
  /** Deliveries that were given up. */
  readonly failed: number
  /** Attempts that failed and will be repeated. */
  readonly retrying: number
}

/** Any type, any JSON: what a dispatcher without a catalogue takes. */
export type AnyEvents = EventCatalogue

/** Webhooks inside your app: see `createDispatcher`. */
export interface Dispatcher<C extends EventCatalogue = AnyEvents> {
  /**
   * Accepts an event: resolves once it is durable. Delivery follows on its own.
   * @param type one of the catalogue's
   * @param data as its schema takes it
   * @param siteIdOrOptions a site id (string, ObjectId, null), or `{ siteId, session, idempotencyKey, occurredAt }`;
   *   without a site it goes to every subscriber of its type
   * @param options the same options, beside a site id
   * @throws InvalidEventError with the path of each problem; PayloadTooLargeError; StorageUnavailableError;
   *   SessionUnsupportedError; StoppedError
   * @example
   * await webhooks.dispatch('order.paid', data, { siteId: order.site, idempotencyKey: stripeEvent.id })
   */
  dispatch<T extends EventType<C>>(
    type: T,
    data: EventInput<C, T>,
    siteIdOrOptions?: string | ObjectIdLike | null | DispatchOptions,
    options?: Omit<DispatchOptions, 'siteId'>,
  ): Promise<Dispatched>
  /**
   * Starts to deliver in this process. A process that only dispatches leaves it out. Idempotent.
   * @throws StoppedError, StorageUnavailableError
   */
  start(): Promise<void>
  /**
   * Stops for good: requests in flight get `graceMs` (default: `shutdownGraceMs`, 10_000), the rest are given back, and the
   * storage is closed. Idempotent, safe in any order.
   * @throws InvalidOptionsError
   */
  stop(options?: { graceMs?: number | undefined }): Promise<void>
  /**
   * Delivers what is due now, at most for `maxMs` (default: 60_000), and answers what it did. Needs no `start`. A retry that
   * is due later is left for the next call.
   * @throws InvalidOptionsError, StoppedError, StorageUnavailableError
   */
  drain(options?: { maxMs?: number | undefined }): Promise<Drained>
  /** How many deliveries there are in each state, what is due, and since when. Cheap: fit for a health check. */
  stats(): Promise<Stats>
  /**
   * Tells one more observer what happens, beside that of the options; answers how to end that. Needs no `start`.
   * @throws InvalidOptionsError when it is no function
   * @example
   * const stop = webhooks.observe((event) => console.log(event.name))
   */
  observe(observer: Observer): () => void
  /**
   * Counts what this process does from now on, for a scraper: `GET /metrics` of the admin is made of it. Costs a little for each
   * attempt until it is ended.
   * @throws InvalidOptionsError
   */
  meter(options?: MeterOptions): Meter
  /**
   * What came of the attempts of all subscriptions together, by minute, hour or day; those of removed ones are among them.
   * @throws InvalidOptionsError naming the field, and how to ask for less where it is too much
   */
  metrics(query?: MetricsQuery): Promise<Metrics>
  /** Who wants to know, where, with which secret. */
  readonly subscriptions: Subscriptions
  /** What was sent, what came back, and sending it again. */
  readonly deliveries: Deliveries
  /** What was accepted. */
  readonly events: Events
  /** Times that are sent again, and how far that has come. */
  readonly replays: Replays
  /** The catalogue it was made with. */
  readonly catalogue: C | undefined
}
