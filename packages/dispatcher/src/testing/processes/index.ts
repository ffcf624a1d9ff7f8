/**
 * Real processes on one storage, and a receiver that remembers: whatever runs the tests. The suites that use them are in
 * `./contracts`.
 */
export { densest, duplicates, startReceiver, type Answer, type Arrival } from './arrivals.js'
export { bundleWorker } from './bundle-worker.js'
export { CONCURRENCY, type SharedStorage, type ShareStorage, type TestSize } from './shared-storage.js'
export { until } from './until.js'
export { WorkerProcess } from './worker-process.js'
export { WorkerProcesses } from './worker-processes.js'
export type { Fault } from './die-at.js'
export type { OwnOptions, Report, WorkerSettings } from './worker.js'
