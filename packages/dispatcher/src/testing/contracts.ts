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
