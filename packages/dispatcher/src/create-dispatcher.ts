import type { EventCatalogue } from '@swigs/webhooks-protocol'
import type { AnyEvents, Dispatcher } from './api/dispatcher.js'
import type { DispatcherOptions } from './api/options.js'
import { Engine } from './flow/engine.js'
import { newTally } from './flow/tally.js'
import { parseDispatch } from './input/dispatch.js'
import { drainSchema, stopSchema } from './input/fields.js'
import { parseOptions } from './input/options.js'
import { parseInput } from './input/parse-input.js'
import { validateEvent } from './input/validate-event.js'
import { Lifecycle } from './lifecycle.js'
import { DeliveryOperations } from './operations/deliveries.js'
import { EventOperations } from './operations/events.js'
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
  const { context, parts, asked: storage, ...ends } = assemble(given, settings)
  const { clock, ids, guard, observe, transport, logger } = context
  const { userAgent } = context.settings
  const engine = new Engine(context, parts)
  const { malformed } = parts
  const openInput = { retentionMs: settings.retentionMs, report: malformed }
  const life = new Lifecycle({ engine, storage, transport, clock, enabled, openInput, ...ends })
  const ports = { storage, engine, clock, observe }

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
    stats: () =>
      life.asking(() =>
        readStats({
          maintenance: storage.maintenance,
          clock,
          inFlight: engine.inFlight,
          malformed: malformed.all(),
        }),
      ),
    metrics: (query) => life.asking(() => readMetrics(ports, 'metrics', null, query)),
    subscriptions: whenOpen(
      life,
      'subscriptions',
      new SubscriptionOperations({ ...ports, guard, ids, catalogue, enabled }),
    ),
    deliveries: whenOpen(life, 'deliveries', new DeliveryOperations({ ...ports, userAgent })),
    events: whenOpen(life, 'events', new EventOperations(storage)),
    catalogue,
  }
}
