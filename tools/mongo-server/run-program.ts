import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose, { type Connection } from 'mongoose'
import { endGuarded, freePort, pauseGuarded, runGuarded } from '../guarded-program/guarded-program.js'
import type { MongoProgram, OwnMongo } from './test-mongo.js'

/** How a program is run. */
export interface RunOptions {
  /** Whether what it acknowledges is to outlive a crash of it; default no, as it costs time. */
  readonly durable?: boolean
  /** Whether it deletes what TTL indexes say, every second; default no, as tests with a time of their own would lose what they have. */
  readonly ttl?: boolean
}

interface Family {
  readonly replicaSet: string
  options(port: number, folder: string): string[]
  /** What makes every acknowledged write outlive a crash, where the write concern does not. */
  readonly durable: readonly string[]
  /** Once it listens, the first time. */
  readonly begin: ((port: number) => object) | null
}

const FAMILIES: Readonly<Record<MongoProgram['family'], Family>> = {
  mongod: {
    replicaSet: 'rs0',
    options: (port, folder) => {
      const place = ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', folder]
      return [...place, '--replSet', 'rs0']
    },
    durable: [],
    begin: (port) => ({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: `127.0.0.1:${port}` }] } }),
  },
  secantusd: {
    replicaSet: 'secantus',
    options: (port, folder) => {
      const place = ['--port', String(port), '--host', '127.0.0.1', '--storage-path', folder]
      // A session for each connection of every process that the tests start.
      return [...place, '--log-level', 'ERROR', '--cache-size', '256M', '--session-max', '4000']
    },
    durable: ['--sync-on-commit'],
    begin: null,
  },
}

/** Refused by a server that has no such monitor: the run says so. */
const ttlMonitor = (ttl: boolean) =>
  ttl ? { setParameter: 1, ttlMonitorSleepSecs: 1 } : { setParameter: 1, ttlMonitorEnabled: false }

const LISTENS_MS = 120_000

/** Runs a program in a folder of its own; it ends with this process. `null` when it does not run here. */
export const runProgram = async (
  program: MongoProgram,
  { durable = false, ttl = false }: RunOptions = {},
): Promise<OwnMongo | null> => {
  const family = FAMILIES[program.family]
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-mongo-'))
  const options = [...family.options(port, folder), ...(durable ? family.durable : [])]
  let child = runGuarded([...program.command, ...options])
  const cut = () => endGuarded(child)
  const stop = async () => {
    await cut()
    rmSync(folder, { recursive: true, force: true })
  }
  const connection = await listening(child, `mongodb://127.0.0.1:${port}/?directConnection=true`)
  if (!connection) {
    await stop()
    return null
  }
  const admin = connection.getClient().db('admin')
  if (family.begin) await admin.command(family.begin(port))
  await admin.command(ttlMonitor(ttl)).catch(() => undefined)
  await connection.close()
  return {
    uri: `mongodb://127.0.0.1:${port}/?replicaSet=${family.replicaSet}`,
    kind: program.kind,
    program,
    cut,
    restore: async () => void (child = runGuarded([...program.command, ...options])),
    pause: () => pauseGuarded(child),
    stop,
  }
}

/** A connection once it listens; `null` when it ended before that. */
const listening = async (child: ChildProcess, uri: string): Promise<Connection | null> => {
  const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: LISTENS_MS })
  const gone = new Promise<null>((resolve) => child.once('exit', () => resolve(null)))
  const reached = await Promise.race([connection.asPromise().catch(() => null), gone])
  if (!reached) await connection.destroy().catch(() => undefined)
  return reached
}
