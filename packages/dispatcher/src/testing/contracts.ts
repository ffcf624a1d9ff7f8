export { describeStorage, type ContractException } from './describe-storage.js'
export { describeTransport, type TransportTraits } from './describe-transport.js'
export type { StorageFactory, StorageUnderTest } from './storage/harness.js'
export {
  append,
  complete,
  HOSTILE_IDS,
  insertSample,
  laneOf,
  LEASE_MS,
  released,
  sampleEvent,
  sampleResult,
  seed,
  T0,
  take,
} from './storage/samples.js'
export { describeDyingAtBoundaries } from './processes/dying-at-boundaries.js'
export { describeFleet } from './processes/fleet.js'
export { describeKilledAtRandom } from './processes/killed-at-random.js'
export { describeSideBySide } from './processes/side-by-side.js'
export { describeStandingStill } from './processes/standing-still.js'
export type { SharedStorage, ShareStorage, TestSize } from './processes/shared-storage.js'
