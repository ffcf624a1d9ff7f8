import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { Storage } from '../ports/storage/storage.js'
import { memoryDeliveries } from './memory/deliveries.js'
import { memoryLanes } from './memory/lanes.js'
import { memoryEvents } from './memory/events.js'
import { memoryState } from './memory/state.js'
import { memorySubscriptions } from './memory/subscriptions.js'
import { memoryReplays } from './memory/replays.js'
import { memoryMetrics } from './memory/metrics.js'
import { memoryMaintenance } from './memory/maintenance.js'

/** A `memoryStorage` and how to have another handle on it. */
export interface MemoryStorageOptions {
  /** It forgets everything when the process ends; in production that must be meant. Default `false`. */
  readonly allowInProduction?: boolean | undefined
}

/**
 * Storage in memory: for tests, and for reading how a storage works. Nothing outlives the process.
 * @throws InvalidOptionsError when `NODE_ENV` is `production`, unless `allowInProduction` is set.
 */
export const memoryStorage = ({ allowInProduction = false }: MemoryStorageOptions = {}): Storage => {
  if (process.env['NODE_ENV'] === 'production' && !allowInProduction)
    throw new InvalidOptionsError(
      'memoryStorage loses every event when the process ends. Use sqliteStorage or mongooseStorage, or say that you ' +
        'mean it: memoryStorage({ allowInProduction: true }).',
    )
  const state = memoryState()
  return {
    name: 'memory',
    open: async () => undefined,
    close: async () => undefined,
    now: async () => null,
    subscriptions: memorySubscriptions(state),
    events: memoryEvents(state),
    lanes: memoryLanes(state),
    deliveries: memoryDeliveries(state),
    replays: memoryReplays(state),
    metrics: memoryMetrics(state),
    maintenance: memoryMaintenance(state),
  }
}
