import { describe } from 'vitest'
import { MOUNTS } from '../mounts.js'
import type { STORAGES } from '../storages.js'
import { describeBodies } from './bodies.js'
import { describeDeliveries } from './deliveries.js'
import { describeEvents } from './events.js'
import { useHarness } from './harness.js'
import { describeMetrics } from './metrics.js'
import { describeRefusals } from './refusals.js'
import { describeReplays } from './replays.js'
import { describeSubscriptions } from './subscriptions.js'

/** Every mount there is. */
export const EVERY_MOUNT: readonly string[] = Object.keys(MOUNTS)

/** What the admin API answers through these mounts on a storage: alike, whatever they are. */
export const describeConformance = (mounts: readonly string[], storage: keyof typeof STORAGES): void => {
  describe.each(mounts)(`the admin API on %s with ${storage}`, (mount) => {
    const harness = useHarness(mount, storage)
    describeSubscriptions(harness)
    describeDeliveries(harness)
    describeReplays(harness)
    describeEvents(harness)
    describeMetrics(harness)
    describeBodies(harness)
    describeRefusals(harness)
  })
}
