import { StoppedError, type EventCatalogue } from '@swigs/webhooks-protocol'
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
import type { AnyEvents, Dispatcher, Drained } from './dispatcher-interface.js'
import type { FlowContext } from './flow/context.js'
import { FanOut } from './flow/fan-out.js'
import { LanePool } from './flow/lane-pool.js'
import { Publisher } from './flow/publish.js'
import { Worker } from './flow/worker.js'
import { CallsUnderWay } from './manage/calls-under-way.js'
import { Deliveries } from './manage/deliveries.js'
import { parseDispatch } from './manage/dispatch-input.js'
import { Events } from './manage/events.js'
import { drainSchema, parseInput, stopSchema } from './manage/input.js'
import { TestSender } from './manage/send-test.js'
import { readStats } from './manage/stats.js'
import { Subscriptions } from './manage/subscriptions.js'
import { validateEvent } from './manage/validate-event.js'
import { parseOptions, type DispatcherOptions } from './options.js'
import { USER_AGENT } from './user-agent.js'

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
    stop: async (options) => {
      // As a listener of a signal it is handed the signal's name.
      const input = typeof options === 'object' ? options : undefined
      const { graceMs = settings.shutdownGraceMs } = parseInput('stop', stopSchema, input)
      return (stopping ??= shutDown(graceMs))
    },
    drain: async (options) => {
      const { maxMs } = parseInput('drain', drainSchema, options)
      return drains.begin(() => drain(maxMs))
    },
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
