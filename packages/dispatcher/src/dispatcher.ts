import {
  StoppedError,
  type EventCatalogue,
  type EventInput,
  type EventType,
  type ObjectIdLike,
} from '@swigs/webhooks-protocol'
import { LRUCache } from 'lru-cache'
import { consoleLogger } from './adapters/console-logger.js'
import { ipaddrGuard } from './adapters/ipaddr-guard.js'
import { lingerBatch } from './adapters/linger-batch.js'
import { loggingObserver } from './adapters/logging-observer.js'
import { lruEventCache } from './adapters/lru-event-cache.js'
import { retryingStorage } from './adapters/retrying-storage.js'
import { safeLogger } from './adapters/safe-logger.js'
import { synchroniseClock } from './adapters/synchronise-clock.js'
import { isSystemClock, systemClock } from './adapters/system-clock.js'
import { systemIds } from './adapters/system-ids.js'
import { undiciTransport } from './adapters/undici-transport.js'
import type { Health } from './core/health.js'
import type { FlowContext } from './flow/context.js'
import { FanOut } from './flow/fan-out.js'
import { LanePool } from './flow/lane-pool.js'
import { Publisher } from './flow/publish.js'
import { Worker } from './flow/worker.js'
import { CallsUnderWay } from './manage/calls-under-way.js'
import { Deliveries } from './manage/deliveries.js'
import { parseDispatch, type DispatchOptions } from './manage/dispatch-input.js'
import { Events } from './manage/events.js'
import { TestSender } from './manage/send-test.js'
import { readStats, type Stats } from './manage/stats.js'
import { Subscriptions } from './manage/subscriptions.js'
import { validateEvent } from './manage/validate-event.js'
import { parseOptions, type DispatcherOptions } from './options.js'
import { USER_AGENT } from './user-agent.js'

/** What `dispatch` answers. */
export interface Dispatched {
  /** `evt_…`; `null` when nothing was accepted. */
  readonly id: string | null
  /** `false` only when disabled by option or environment. */
  readonly accepted: boolean
  /** An event with this `idempotencyKey` was accepted before. */
  readonly duplicate: boolean
}

/** What `drain` did. */
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
   * @throws InvalidEventError with the path of each problem; PayloadTooLargeError; StorageUnavailableError;
   *   SessionUnsupportedError; StoppedError
   * @example
   * await webhooks.dispatch('order.paid', data, { siteId: order.site, idempotencyKey: stripeEvent.id })
   */
  dispatch<T extends EventType<C>>(
    type: T,
    data: EventInput<C, T>,
    siteIdOrOptions?: string | ObjectIdLike | null | DispatchOptions,
  ): Promise<Dispatched>
  /**
   * Starts to deliver in this process. A process that only dispatches leaves it out. Idempotent.
   * @throws StoppedError, StorageUnavailableError
   */
  start(): Promise<void>
  /**
   * Stops for good: requests in flight get `graceMs` (default: `shutdownGraceMs`, 10_000), the rest are given back, and the
   * storage is closed. Idempotent, safe in any order.
   */
  stop(options?: { graceMs?: number | undefined }): Promise<void>
  /**
   * Delivers what is due now, at most for `maxMs` (default: 60_000), and answers what it did. Needs no `start`. A retry that
   * is due later is left for the next call.
   * @throws StoppedError, StorageUnavailableError
   */
  drain(options?: { maxMs?: number | undefined }): Promise<Drained>
  /** How many deliveries there are in each state, what is due, and since when. Cheap: fit for a health check. */
  stats(): Promise<Stats>
  /** Who wants to know, where, with which secret. */
  readonly subscriptions: Subscriptions
  /** What was sent, what came back, and sending it again. */
  readonly deliveries: Deliveries
  /** What was accepted. */
  readonly events: Events
  /** The catalogue it was made with. */
  readonly catalogue: C | undefined
}

/**
 * Makes a dispatcher on a storage. Nothing runs until `start`.
 * @throws InvalidOptionsError naming each option, its value and the way out.
 * @example
 * const webhooks = createDispatcher({ storage: sqliteStorage({ file: 'webhooks.db' }), events: swigsEvents })
 * await webhooks.start()
 * await webhooks.dispatch('customer.created', { customerId: '1', email: 'ada@example.com' })
 */
export const createDispatcher = <C extends EventCatalogue = AnyEvents>(
  given: DispatcherOptions<C>,
): Dispatcher<C> => {
  const settings = parseOptions(given)
  const { storage, events: catalogue } = given
  const logger = safeLogger(given.logger ?? consoleLogger())
  const clock = given.clock ?? systemClock()
  const systemTime = isSystemClock(clock) ? clock : null
  const tally = { attempts: 0, delivered: 0, failed: 0, retrying: 0 }
  const tell = loggingObserver(logger, given.observer)
  const observe: FlowContext['observe'] = (event) => {
    if (event.name === 'attempt.finished') tally.attempts += 1
    else if (event.name === 'delivery.delivered') tally.delivered += 1
    else if (event.name === 'delivery.failed') tally.failed += 1
    else if (event.name === 'delivery.retrying') tally.retrying += 1
    tell(event)
  }
  const ended = new AbortController()
  const direct: FlowContext = {
    storage,
    transport: given.transport ?? undiciTransport(),
    guard: ipaddrGuard(settings.network),
    clock,
    ids: systemIds(),
    observe,
    logger,
    cache: lruEventCache(),
    settings: { ...settings, userAgent: USER_AGENT },
    // Where time is told, nothing waits for the real one.
    batch: (options) => lingerBatch(clock.authoritative ? { ...options, lingerMs: 0 } : options),
  }
  const context: FlowContext = {
    ...direct,
    storage: retryingStorage(storage, {
      signal: ended.signal,
      onUnavailable: (operation, error) =>
        observe({ name: 'storage.unavailable', operation, error: error.message }),
      onRecovered: (operation) => observe({ name: 'storage.recovered', operation }),
    }),
  }

  const pool = new LanePool(context, {
    health: new LRUCache<string, Health>({ max: 10_000 }),
    onFree: (subscriptionId, due) => worker.laneDue(subscriptionId, due),
    onRoom: () => worker.poll(),
    onGone: async (id, url) => {
      const [subscription] = await context.storage.subscriptions.get([id])
      if (subscription?.url !== url) return
      await context.storage.subscriptions.update({
        id,
        patch: { isActive: false, inactiveReason: 'gone' },
        now: Math.floor(clock.now()),
      })
      observe({ name: 'subscription.deactivated', subscriptionId: id, reason: 'gone' })
    },
  })
  const fanOut = new FanOut(context, pool)
  const worker: Worker = new Worker(context, fanOut, pool)
  // A connection that breaks under an append leaves open whether it was stored: it is made again, by id. Somebody waits, though.
  const accepting = retryingStorage(storage, {
    retries: 4,
    baseMs: 20,
    withinMs: 1_000,
    signal: ended.signal,
  })
  const publisher = new Publisher({ ...direct, storage: accepting }, (event) => {
    direct.cache.set(event)
    fanOut.add(event)
  })
  const tests = new TestSender({ context: direct, fanOut, pool, catalogue })

  const dispatches = new CallsUnderWay()
  const drains = new CallsUnderWay()
  let opening: Promise<() => void> | null = null
  let starting: Promise<void> | null = null
  let stopping: Promise<void> | null = null
  let unwatch: (() => Promise<void>) | undefined

  const prepare = async () => {
    await storage.open({ retentionMs: settings.retentionMs })
    return systemTime ? synchroniseClock(systemTime, storage) : () => undefined
  }

  const refuseWhenStopped = () => {
    if (stopping)
      throw new StoppedError('This dispatcher was stopped. Make another one with createDispatcher.')
  }

  const open = async () => {
    refuseWhenStopped()
    opening ??= prepare()
    // A store that was away at the first call is tried again at the next.
    await opening.catch((error: unknown) => {
      opening = null
      throw error
    })
  }

  const opened =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await open()
      return call(...args)
    }

  const run = async () => {
    unwatch = await storage.watch?.(() => worker.poll())
    if (!stopping) worker.start()
  }

  const shutDown = async (graceMs: number): Promise<void> => {
    // What was called before goes on: it finds everything as it was.
    await dispatches.idle()
    await starting?.catch(() => undefined)
    await worker.stop(graceMs)
    await drains.idle()
    await tests.idle()
    await fanOut.idle()
    ended.abort()
    const release = await opening?.catch(() => undefined)
    release?.()
    try {
      await unwatch?.()
    } finally {
      await direct.transport.close()
      await storage.close()
    }
  }

  const drain = async (maxMs: number): Promise<Drained> => {
    await open()
    const before = { ...tally }
    await publisher.idle()
    if (settings.enabled) await worker.drain(clock.monotonic() + maxMs)
    return {
      attempts: tally.attempts - before.attempts,
      delivered: tally.delivered - before.delivered,
      failed: tally.failed - before.failed,
      retrying: tally.retrying - before.retrying,
    }
  }

  if (!settings.enabled)
    logger.warn({}, 'Webhooks are disabled: dispatch accepts nothing, nothing is delivered')

  return {
    dispatch: async (type, data, siteIdOrOptions) => {
      if (!settings.enabled) return { id: null, accepted: false, duplicate: false }
      const publication = {
        type,
        data: validateEvent(catalogue, type, data),
        ...parseDispatch(siteIdOrOptions),
      }
      const event = publisher.prepare(publication)
      return dispatches.begin(async () => {
        await open()
        return { ...(await publisher.publish(event, publication.session)), accepted: true }
      })
    },
    start: async () => {
      await open()
      refuseWhenStopped()
      if (!settings.enabled) return
      starting ??= run()
      await starting.catch((error: unknown) => {
        starting = null
        throw error
      })
    },
    stop: ({ graceMs = settings.shutdownGraceMs } = {}) => (stopping ??= shutDown(graceMs)),
    drain: ({ maxMs = 60_000 } = {}) => drains.begin(() => drain(maxMs)),
    stats: opened(() => readStats(direct, pool)),
    subscriptions: whenOpen(new Subscriptions({ context: direct, catalogue, pool, tests }), open),
    deliveries: whenOpen(new Deliveries(direct, pool), open),
    events: whenOpen(new Events(direct), open),
    catalogue,
  }
}

/** The same members, each of which first makes the store ready. */
const whenOpen = <T extends object>(members: T, open: () => Promise<void>): T =>
  new Proxy(members, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        await open()
        return (member as (...args: unknown[]) => unknown).apply(target, args)
      }
    },
  })
