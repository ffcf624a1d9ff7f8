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
import type { DispatcherOptions } from './api/options.js'
import type { Health } from './core/health.js'
import type { FlowContext } from './flow/context.js'
import type { EngineParts } from './flow/engine.js'
import type { parseOptions } from './input/options.js'
import { USER_AGENT } from './user-agent.js'

/** What an engine is made with, and how its clock and its waiting are ended. */
export interface Assembled {
  /** Its storage is patient: workers ride out a database that fails over. */
  readonly context: FlowContext
  readonly parts: EngineParts
  synchronise(): Promise<() => void>
  ended(): void
}

/** Chooses an adapter for every port that the options leave open. */
export const assemble = (
  given: Omit<DispatcherOptions, 'events'>,
  settings: ReturnType<typeof parseOptions>,
): Assembled => {
  const { storage } = given
  const logger = safeLogger(given.logger ?? consoleLogger())
  const observe = loggingObserver(logger, given.observer)
  const clock = given.clock ?? systemClock()
  const ended = new AbortController()
  const { signal } = ended
  const patient = retryingStorage(storage, {
    signal,
    onUnavailable: (operation, error) =>
      observe({ name: 'storage.unavailable', operation, error: error.message }),
    onRecovered: (operation) => observe({ name: 'storage.recovered', operation }),
  })
  // A connection that breaks under an append leaves open whether it was stored: it is made again, by id. Somebody waits, though.
  const brief = retryingStorage(storage, { retries: 4, baseMs: 20, withinMs: 1_000, signal })
  const context: FlowContext = {
    storage: patient,
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
  return {
    context,
    parts: {
      accepting: { ...context, storage: brief },
      health: new LRUCache<string, Health>({ max: 10_000 }),
    },
    synchronise: async () => (isSystemClock(clock) ? synchroniseClock(clock, storage) : () => undefined),
    ended: () => ended.abort(),
  }
}
