/** What real processes do side by side on one storage, and when they are killed: to be run by the tests of any storage. */
export { densest, startReceiver, type Arrival } from './arrivals.js'
export { describeFleet } from './fleet.js'
export { describeKilledAtRandom } from './killed-at-random.js'
export { describeReplayed } from './replayed.js'
export { type SharedStorage, type ShareStorage, type TestSize } from './shared-storage.js'
export { describeSideBySide } from './side-by-side.js'
export { describeStandingStill } from './standing-still.js'
