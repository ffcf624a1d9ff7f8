export { describeStorage, type ContractException } from './describe-storage.js'
export { describeTransport, type TransportTraits } from './describe-transport.js'
export type { StorageFactory, StorageUnderTest } from './storage/harness.js'
