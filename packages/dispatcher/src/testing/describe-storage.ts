import { describe, it } from 'vitest'
import { deliveryTests } from './storage/deliveries.js'
import { elsewhereTests } from './storage/elsewhere.js'
import { withStorage, type ContractTest, type StorageFactory } from './storage/harness.js'
import { laneTests } from './storage/lanes.js'
import { healthTests } from './storage/health.js'
import { metricsTests } from './storage/metrics.js'
import { maintenanceTests } from './storage/maintenance.js'
import { modelTests } from './storage/model.js'
import { eventTests } from './storage/events.js'
import { completeTests } from './storage/complete.js'
import { releaseTests } from './storage/releases.js'
import { replayTests } from './storage/replays.js'
import { subscriptionTests } from './storage/subscriptions.js'

/** A test of the contract that a storage cannot keep, and why. */
export interface ContractException {
  /** The test's name. */
  readonly test: string
  readonly reason: string
}

const groups: Readonly<Record<string, readonly ContractTest[]>> = {
  subscriptions: subscriptionTests,
  events: eventTests,
  lanes: laneTests,
  releases: releaseTests,
  complete: completeTests,
  deliveries: deliveryTests,
  replays: replayTests,
  metrics: metricsTests,
  health: healthTests,
  maintenance: maintenanceTests,
  'what is changed elsewhere': elsewhereTests,
  'against a model': modelTests,
}

/**
 * The contract of a storage: every sentence of the port, checked on stored state, from a second handle where there is one.
 * An exception needs a reason, and shows as a skipped test with that reason in its name.
 * @example
 * describeStorage('redis', async () => ({ storage: redisStorage(), cleanup: async () => undefined }))
 */
export const describeStorage = (
  name: string,
  factory: StorageFactory,
  options: { exceptions?: readonly ContractException[] } = {},
): void => {
  describe(`${name} keeps the storage contract`, () => {
    for (const [group, tests] of Object.entries(groups))
      describe(group, () => {
        for (const test of tests) {
          const exception = options.exceptions?.find((one) => one.test === test.name)
          if (exception) it.skip(`${test.name} (not here: ${exception.reason})`)
          else it(test.name, withStorage(factory, test.run))
        }
      })
  })
}
