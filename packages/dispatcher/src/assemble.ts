import { LRUCache } from 'lru-cache'
import { consoleLogger } from './adapters/console-logger.js'
import { ipaddrGuard } from './adapters/ipaddr-guard.js'
import { lingerBatch } from './adapters/linger-batch.js'
import { lruEventCache } from './adapters/lru-event-cache.js'
import { Observers } from './adapters/observers.js'
import { retryingStorage } from './adapters/retrying-storage.js'
import { safeLogger } from './adapters/safe-logger.js'
import { safeTracing } from './adapters/safe-tracing.js'
import { synchroniseClock } from './adapters/synchronise-clock.js'
import { isSystemClock, systemClock } from './adapters/system-clock.js'
import { systemIds } from './adapters/system-ids.js'
import { undiciTransport } from './adapters/undici-transport.js'
import type { DispatcherOptions } from './api/options.js'
import type { Health } from './core/health.js'
import type { FlowContext } from './flow/context.js'
import type { EngineParts } from './flow/engine.js'
import { MalformedRows } from './flow/malformed-rows.js'
import type { parseOptions } from './input/options.js'
import type { Storage } from './ports/storage/storage.js'
import { USER_AGENT } from './user-agent.js'

/** What an engine is made with, and how its clock and its waiting are ended. */
export interface Assembled {
  /** Its storage is patient: workers ride out a database that fails over. */
  readonly context: FlowContext
  /** For people who ask: a call is made once, and bounded. */
  readonly asked: Storage
  readonly parts: EngineParts
  readonly observers: Observers
  synchronise(): Promise<() => void>
  /** Nothing waits for the storage to come back any more. */
  ended(): void
  /** Nothing waits for a call to it any more. */
  hurry(): void
}

/** Chooses an adapter for every port that the options leave open. */
export const assemble = (
  given: Omit<DispatcherOptions, 'events'>,
  settings: ReturnType<typeof parseOptions>,
): Assembled => {
  const { storage } = given
  const logger = safeLogger(given.logger ?? consoleLogger())
  const observers = new Observers(logger, given.observer)
  const { observe, isObserved } = observers
  const clock = given.clock ?? systemClock()
  const ended = new AbortController()
  const hurried = new AbortController()
  const [{ signal }, { signal: hurry }] = [ended, hurried]
  const patient = retryingStorage(storage, {
    signal,
    hurry,
    onUnavailable: (operation, error) =>
      observe({ name: 'storage.unavailable', operation, error: error.message }),
    onRecovered: (operation) => observe({ name: 'storage.recovered', operation }),
  })
  // A connection that breaks under an append leaves open whether it was stored: it is made again, by id. Somebody waits, though.
  const brief = retryingStorage(storage, { retries: 4, baseMs: 20, withinMs: 1_000, signal, hurry })
  const asked = retryingStorage(storage, { retries: 0, hurry })
  const context: FlowContext = {
    storage: patient,
    transport: given.transport ?? undiciTransport({ proxy: settings.network.proxy }),
    guard: ipaddrGuard(settings.network),
    clock,
    ids: systemIds(),
    observe,
    isObserved,
    tracing: given.tracing && safeTracing(given.tracing, logger),
    logger,
    cache: lruEventCache(),
    settings: { ...settings, userAgent: USER_AGENT },
    // Where time is told, nothing waits for the real one.
    batch: (options) => lingerBatch(clock.authoritative ? { ...options, lingerMs: 0 } : options),
  }
  return {
    context,
    asked,
    observers,
    parts: {
      accepting: { ...context, storage: brief },
      health: new LRUCache<string, Health>({ max: 10_000 }),
      malformed: new MalformedRows(observe),
    },
    synchronise: async () => (isSystemClock(clock) ? synchroniseClock(clock, asked) : () => undefined),
    ended: () => ended.abort(),
    hurry: () => hurried.abort(),
  }
}
