import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage, type Storage } from '@swigs/webhooks-dispatcher'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import { startMongo } from '../../tools/mongo-server/start-mongo.js'
import { MONGO_WAYS } from '../../tools/mongo-server/test-mongo.js'
import { postgres } from './postgres.js'

/** A storage for one round. */
export interface Round {
  readonly storage: Storage
  /** Commands sent to a server so far, where there is one. */
  readonly commands: () => number | null
  close(): Promise<void>
}

/** A kind of storage, made ready once for all rounds. */
export interface Contender {
  readonly mark: number
  /** What it runs on, for the reader of the figures. */
  readonly about: string
  round(): Promise<Round>
  close(): Promise<void>
}

const nothing = async () => undefined

const memory = async (): Promise<Contender> => ({
  mark: 0.8,
  about: 'in this process',
  round: async () => ({ storage: memoryStorage(), commands: () => null, close: nothing }),
  close: nothing,
})

const sqlite = async (): Promise<Contender> => {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-bench-'))
  let files = 0
  return {
    mark: 0.6,
    about: 'one file, WAL, synchronous=FULL',
    round: async () => {
      files += 1
      return {
        storage: sqliteStorage({ file: join(folder, `${files}.db`) }),
        commands: () => null,
        close: nothing,
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

const mongo = async (): Promise<Contender> => {
  // Loaded where it is wanted: the other storages do without it.
  const { mongooseStorage } = await import('@swigs/webhooks-mongoose-adapter')
  const { default: mongoose } = await import('mongoose')
  const server = await startMongo({ durable: true })
  if (!server) throw new Error(`No MongoDB: ${MONGO_WAYS}.`)
  const probe = await mongoose.createConnection(server.uri).asPromise()
  const { version } = (await probe.db?.admin().buildInfo()) as { version: string }
  await probe.close()
  let rounds = 0
  return {
    mark: 0.4,
    about: `${server.kind}, version ${version}`,
    round: async () => {
      rounds += 1
      const options = { dbName: `webhooks-bench-${process.pid}-${rounds}`, monitorCommands: true }
      const connection = await mongoose.createConnection(server.uri, options).asPromise()
      let commands = 0
      connection.getClient().on('commandStarted', () => (commands += 1))
      const close = async () => {
        await connection.dropDatabase()
        await connection.close()
      }
      return { storage: mongooseStorage(connection), commands: () => commands, close }
    },
    close: () => server.stop(),
  }
}

export const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  memory,
  sqlite,
  mongo,
  postgres,
}
