import type { EventCatalogue } from '@swigs/webhooks-protocol'
import { CountingObserver } from './adapters/counting-observer.js'
import type { AnyEvents, Dispatcher } from './api/dispatcher.js'
import type { DispatcherOptions } from './api/options.js'
import { Engine } from './flow/engine.js'
import { newTally } from './flow/tally.js'
import { parseDispatch } from './input/dispatch.js'
import { drainSchema, meterSchema, stopSchema } from './input/fields.js'
import { parseOptions } from './input/options.js'
import { invalid, parseInput } from './input/parse-input.js'
import { validateEvent } from './input/validate-event.js'
import { Lifecycle } from './lifecycle.js'
import { DeliveryOperations } from './operations/deliveries.js'
import { EventOperations } from './operations/events.js'
import { readMeter } from './operations/read-meter.js'
import { ReplayOperations } from './operations/replays.js'
import { readMetrics } from './operations/metrics.js'
import { readStats } from './operations/stats.js'
import { SubscriptionOperations } from './operations/subscriptions.js'
import { assemble } from './assemble.js'
import { whenOpen } from './when-open.js'

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
  const { events: catalogue } = given
  const { enabled } = settings
  const { context, parts, observers, asked: storage, ...ends } = assemble(given, settings)
  const { clock, ids, guard, observe, transport, logger } = context
  const { userAgent } = context.settings
  const engine = new Engine(context, parts)
  const { malformed } = parts
  const openInput = { retentionMs: settings.retentionMs, report: malformed }
  const life = new Lifecycle({ engine, storage, transport, clock, enabled, openInput, ...ends })
  const ports = { storage, engine, clock, observe }

  const stats = () =>
    life.asking(() => {
      const { inFlight, lanesHeld } = engine
      const { maintenance } = storage
      return readStats({ maintenance, clock, inFlight, lanesHeld, malformed: malformed.all() })
    })

  if (!enabled) logger.warn({}, 'Webhooks are disabled: dispatch accepts nothing, nothing is delivered')

  return {
    dispatch: async (type, data, ...rest: unknown[]) => {
      if (!enabled) return { id: null, accepted: false, duplicate: false }
      const { session, ...options } = parseDispatch(rest)
      const event = engine.prepare({ type, data: validateEvent(catalogue, type, data), ...options })
      const isNew = await life.accepting(() => engine.accept(event, session))
      return { id: event.id, accepted: true, duplicate: !isNew }
    },
    start: () => life.start(),
    stop: async (options) => {
      // As a listener of a signal it is handed the signal's name.
      const input = typeof options === 'object' ? options : undefined
      const { graceMs = settings.shutdownGraceMs } = parseInput('stop', stopSchema, input)
      return life.stop(graceMs)
    },
    drain: async (options) => {
      const { maxMs } = parseInput('drain', drainSchema, options)
      return life.asking(async () => (enabled ? engine.drain(maxMs) : newTally()))
    },
    observe: (observer) => {
      if (typeof observer !== 'function')
        throw invalid('observe', [{ path: 'argument 1', message: 'Expected a function' }])
      return observers.add(observer)
    },
    stats,
    meter: (options) => {
      const counting = new CountingObserver(parseInput('meter', meterSchema, options))
      const end = observers.add(counting.observe)
      return { read: async () => readMeter(counting, await stats()), end }
    },
    metrics: (query) => life.asking(() => readMetrics(ports, 'metrics', null, query)),
    subscriptions: whenOpen(
      life,
      'subscriptions',
      new SubscriptionOperations({ ...ports, guard, ids, catalogue, enabled }),
    ),
    deliveries: whenOpen(life, 'deliveries', new DeliveryOperations({ ...ports, userAgent })),
    replays: whenOpen(life, 'replays', new ReplayOperations({ storage, clock, observe, ids })),
    events: whenOpen(life, 'events', new EventOperations(storage)),
    catalogue,
  }
}
