import type { Storage } from '../../ports/storage/storage.js'

/** A storage to test, empty. */
export interface StorageUnderTest {
  readonly storage: Storage
  /** Another handle on the same data, as another process would have it. */
  reopen?(): Promise<Storage>
  cleanup(): Promise<void>
}

/** Makes one per test. */
export type StorageFactory = () => Promise<StorageUnderTest>

/** Runs a test with a fresh, opened storage and a second handle on it (the same one where there is no other). */
export const withStorage =
  (factory: StorageFactory, test: (storage: Storage, other: Storage) => Promise<void>) =>
  async (): Promise<void> => {
    const { storage, reopen, cleanup } = await factory()
    await storage.open()
    const other = reopen ? await reopen() : storage
    await other.open()
    try {
      await test(storage, other)
    } finally {
      if (other !== storage) await other.close()
      await storage.close()
      await cleanup()
    }
  }

/** A test of the contract. */
export interface ContractTest {
  readonly name: string
  readonly run: (storage: Storage, other: Storage) => Promise<void>
}
