import type { Plugin } from 'esbuild'
import type { Storage } from '../../ports/storage/storage.js'

/** Requests in flight in each process of a fleet. */
export const CONCURRENCY = 10

/** A storage that several processes can have. */
export interface SharedStorage {
  /**
   * URL of the module whose `openStorage(location)` makes a handle, for other processes; TypeScript or JavaScript. Its
   * `ownOptions`, if it has some, changes what the dispatcher there is made with.
   */
  readonly storageModule: string
  /** What `openStorage` is given: a file, an address. */
  readonly location: string
  /** Packages that stay outside the worker's bundle, such as those with native code in them; default none. */
  readonly external?: readonly string[]
  /** What bundling it takes beside esbuild's own; default none. */
  readonly plugins?: readonly Plugin[]
  /** Whether it is a stand-in that takes ten times as long: it gets a tenth of the work. Default no. */
  readonly slow?: boolean
  /** A handle for the test's own process. */
  open(): Promise<Storage>
  /** Called at the end of a test, whatever came of it. */
  cleanup(): Promise<void>
}

/** How a test of processes comes by its storage: a fresh one each time. */
export type ShareStorage = () => Promise<SharedStorage>

/** The short form has every promise in it; the long one leaves more to chance. */
export type TestSize = 'short' | 'long'

/** How much of something a size asks for; of a slow storage, a tenth. */
export const amountOf = (size: TestSize, amounts: Readonly<Record<TestSize, number>>, slow = false): number =>
  Math.ceil(amounts[size] / (slow ? 10 : 1))
