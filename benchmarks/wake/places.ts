import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@swigs/webhooks-dispatcher'
import { startMongo } from '../../tools/mongo-server/start-mongo.js'
import { MONGO_WAYS } from '../../tools/mongo-server/test-mongo.js'
import { startPostgres } from '../../tools/postgres-server/start-postgres.js'

/** A storage that two processes open. */
export interface Place {
  /** Where it is, in a word that `openStorage` understands. */
  readonly location: string
  /** Of the 99th percentile, ms. */
  readonly mark: number
  /** What it runs on, for the reader of the figures. */
  readonly about: string
  close(): Promise<void>
}

/** A storage as a process of its own opens it. */
export interface Opened {
  readonly storage: Storage
  /** Commits an event in a transaction of the app's; absent where there are none. */
  readonly inSession?: (dispatch: (session: unknown) => Promise<unknown>) => Promise<void>
  close(): Promise<void>
}

export const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  sqlite: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webhooks-wake-'))
    return {
      location: `sqlite ${join(folder, 'webhooks.db')}`,
      mark: 100,
      about: 'one file, WAL, synchronous=FULL',
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
  mongo: async () => {
    const server = await startMongo({ durable: true })
    if (!server) throw new Error(`No MongoDB: ${MONGO_WAYS}.`)
    return {
      location: `mongo ${server.uri}`,
      mark: 200,
      about: server.kind,
      close: () => server.stop(),
    }
  },
  postgres: async () => {
    const server = await startPostgres()
    return {
      location: `postgres ${server.uri}`,
      mark: 50,
      about: server.kind,
      close: () => server.stop(),
    }
  },
}

const OPENERS: Readonly<Record<string, (at: string) => Promise<Opened>>> = {
  sqlite: async (file) => {
    const { sqliteStorage } = await import('@swigs/webhooks-sqlite-adapter')
    return { storage: sqliteStorage({ file }), close: async () => undefined }
  },
  mongo: async (uri) => {
    const { mongooseStorage } = await import('@swigs/webhooks-mongoose-adapter')
    const { default: mongoose } = await import('mongoose')
    const connection = await mongoose.createConnection(uri, { dbName: 'webhooks-wake' }).asPromise()
    return {
      storage: mongooseStorage(connection),
      inSession: async (dispatch) => {
        await connection.transaction(async (session) => void (await dispatch(session)))
      },
      close: () => connection.close(),
    }
  },
  postgres: async (connectionString) => {
    const { postgresStorage } = await import('@swigs/webhooks-postgres-adapter')
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({ connectionString })
    return {
      storage: postgresStorage(pool, { schema: 'webhooks_wake', listen: { connectionString } }),
      inSession: async (dispatch) => {
        const client = await pool.connect()
        await client.query('BEGIN')
        await dispatch(client)
        await client.query('COMMIT')
        client.release()
      },
      close: () => pool.end(),
    }
  },
}

/** Opens the storage at a place, in whatever process. */
export const openStorage = (location: string): Promise<Opened> => {
  const [kind = '', at = ''] = location.split(' ')
  const open = OPENERS[kind]
  if (!open) throw new Error(`Unknown storage ${kind}`)
  return open(at)
}
