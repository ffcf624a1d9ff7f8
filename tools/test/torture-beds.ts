import { onTestFinished } from 'vitest'
import { testSize } from '../test-size.js'
import { BEDS, type StorageName } from '../torture/beds.js'
import type { TortureBed } from '../torture/stores/store.js'

/** What a run of these tests follows from. */
export const seed = Number(process.env['TORTURE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Those that need no server; the others are tortured in the long form. */
export const STORAGES: readonly StorageName[] =
  testSize === 'long' ? ['memory', 'sqlite', 'postgres', 'mongo'] : ['memory', 'sqlite']

/** No measure of anything: what ends a test that is stuck. */
export const STUCK = { timeout: 1_800_000 }

export const bedOf = async (storage: StorageName): Promise<TortureBed> => {
  const bed = await BEDS[storage]()
  onTestFinished(() => bed.stop())
  return bed
}
