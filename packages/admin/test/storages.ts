import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage, type Storage } from '@swigs/webhooks-dispatcher'
import { mongooseStorage } from '@swigs/webhooks-mongoose-adapter'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import mongoose from 'mongoose'
import { inject } from 'vitest'

/** Where the MongoDB of this run is; `null` when none could be had. */
export const mongoUri = inject('mongo')?.uri ?? null

/** Where partial indexes answer wrongly, there are none: what is answered is tried here, and not by which index. */
const indexes = inject('mongoAbilities').partialIndexes
  ? {}
  : { autoIndex: false, logger: { warn: () => undefined } }

interface Opened {
  readonly storage: Storage
  cleanup(): Promise<void>
}

/** Every storage that there is. */
export const STORAGES: Readonly<Record<'memory' | 'SQLite' | 'MongoDB', () => Promise<Opened>>> = {
  memory: async () => ({ storage: memoryStorage(), cleanup: async () => undefined }),
  SQLite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webhooks-admin-'))
    return {
      storage: sqliteStorage({ file: join(folder, 'webhooks.db') }),
      cleanup: () => rm(folder, { recursive: true }),
    }
  },
  MongoDB: async () => {
    const dbName = `admin-${randomUUID().slice(0, 13)}`
    const connection = await mongoose.createConnection(mongoUri ?? '', { dbName }).asPromise()
    const cleanup = async () => {
      await connection.dropDatabase()
      await connection.close()
    }
    // The tests' time is long ago, and a server's own is not.
    return { storage: mongooseStorage(connection, { ttl: false, ...indexes }), cleanup }
  },
}
