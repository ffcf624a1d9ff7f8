import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { MongoBinary } from 'mongodb-memory-server-core'
import { freePort, has, killed, type TestMongo } from './test-mongo.js'

/** The `mongod` that this machine has, if any. */
export const installedMongod = (): string | null => {
  const binary = process.env['MONGOMS_SYSTEM_BINARY'] ?? 'mongod'
  return has(binary, '--version') ? binary : null
}

const REACH_MS = 3_000
const DOWNLOAD_MS = 90_000

/** The `mongod` that mongodb-memory-server has from before, or downloads now where its server can be reached. */
export const downloadedMongod = async (): Promise<string | null> => {
  const source = process.env['MONGOMS_DOWNLOAD_MIRROR'] ?? 'https://fastdl.mongodb.org'
  const reached = await fetch(source, { method: 'HEAD', signal: AbortSignal.timeout(REACH_MS) }).then(
    () => true,
    () => false,
  )
  if (!reached) process.env['MONGOMS_RUNTIME_DOWNLOAD'] = 'false'
  const ended = AbortSignal.timeout(DOWNLOAD_MS)
  const tooLong = new Promise<null>((resolve) => ended.addEventListener('abort', () => resolve(null)))
  return Promise.race([MongoBinary.getPath().catch(() => null), tooLong])
}

/** A one-node replica set in a folder of its own; `null` when this binary does not run here. */
export const startMongod = async (binary: string): Promise<TestMongo | null> => {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-mongod-'))
  const place = ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', folder]
  const args = [...place, '--replSet', 'rs0', '--setParameter', 'ttlMonitorSleepSecs=1']
  const start = () => spawn(binary, args, { stdio: 'ignore' })
  let child: ChildProcess = start()
  const restore = async () => {
    child = start()
  }
  const stop = async () => {
    await killed(child)
    rmSync(folder, { recursive: true, force: true })
  }
  const runs = await initiated(port).catch(() => false)
  if (!runs) {
    await stop()
    return null
  }
  return {
    uri: `mongodb://127.0.0.1:${port}/?replicaSet=rs0`,
    kind: `${binary} as a one-node replica set`,
    durable: true,
    power: { cut: () => killed(child), restore },
    stop,
  }
}

const initiated = async (port: number): Promise<boolean> => {
  const direct = `mongodb://127.0.0.1:${port}/?directConnection=true`
  const connection = await mongoose.createConnection(direct).asPromise()
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }]
  await connection.db?.admin().command({ replSetInitiate: { _id: 'rs0', members } })
  await connection.close()
  return true
}
