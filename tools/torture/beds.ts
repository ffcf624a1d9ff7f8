import { memoryBed } from './stores/memory.js'
import { mongoBed } from './stores/mongo.js'
import { postgresBed } from './stores/postgres.js'
import { sqliteBed } from './stores/sqlite.js'
import type { TortureBed } from './stores/store.js'

/** Where it can be done, by the name that `--storage` takes. */
export const BEDS = {
  memory: memoryBed,
  mongo: mongoBed,
  postgres: postgresBed,
  sqlite: sqliteBed,
} satisfies Record<string, () => Promise<TortureBed>>

export type StorageName = keyof typeof BEDS
