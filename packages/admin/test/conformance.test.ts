import { describe } from 'vitest'
import { describeBodies } from './conformance/bodies.js'
import { describeDeliveries } from './conformance/deliveries.js'
import { describeEvents } from './conformance/events.js'
import { useHarness } from './conformance/harness.js'
import { describeRefusals } from './conformance/refusals.js'
import { describeSubscriptions } from './conformance/subscriptions.js'
import { MOUNTS } from './mounts.js'
import { mongoUri, STORAGES } from './storages.js'

describe.each(Object.keys(MOUNTS))('the admin API on %s', (mount) => {
  describe.each(Object.keys(STORAGES))('with %s', (storage) => {
    const missing = storage === 'MongoDB' && mongoUri === null
    describe.skipIf(missing)(missing ? 'not here: there is no MongoDB' : 'answers alike:', () => {
      const harness = useHarness(mount, storage)
      describeSubscriptions(harness)
      describeDeliveries(harness)
      describeEvents(harness)
      describeBodies(harness)
      describeRefusals(harness)
    })
  })
})
