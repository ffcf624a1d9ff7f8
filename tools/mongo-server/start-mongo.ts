import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mongoose from 'mongoose'

/** A MongoDB for tests and examples. */
export interface TestMongo {
  readonly uri: string
  /** Which one it is, for the reader of a run. */
  readonly kind: string
  stop(): Promise<void>
}

const here = fileURLToPath(new URL('.', import.meta.url))
const cache = join(here, '../../node_modules/.cache/mongo-server')

/**
 * The first of these that works: `MONGODB_URI` · a `mongod` on the PATH or at `MONGOMS_SYSTEM_BINARY`, as a one-node replica
 * set · mongo-java-server through Maven, where `mvn` and `java` exist. `null` when none does.
 */
export const startMongo = async (): Promise<TestMongo | null> =>
  fromEnvironment() ?? (await fromBinary()) ?? (await fromMaven())

const fromEnvironment = (): TestMongo | null => {
  const uri = process.env['MONGODB_URI']
  return uri ? { uri, kind: 'MONGODB_URI', stop: async () => undefined } : null
}

const has = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const fromBinary = async (): Promise<TestMongo | null> => {
  const binary = process.env['MONGOMS_SYSTEM_BINARY'] ?? 'mongod'
  if (!has(binary, '--version')) return null
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-mongod-'))
  const args = ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', folder, '--replSet', 'rs0']
  const child = spawn(binary, args, { stdio: 'ignore' })
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`
  const connection = await mongoose.createConnection(uri, { serverSelectionTimeoutMS: 30_000 }).asPromise()
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }]
  await connection.db?.admin().command({ replSetInitiate: { _id: 'rs0', members } })
  await connection.close()
  const stop = async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    uri: `mongodb://127.0.0.1:${port}/?replicaSet=rs0`,
    kind: `${binary} as a one-node replica set`,
    stop,
  }
}

const fromMaven = async (): Promise<TestMongo | null> => {
  if (!has('java', '-version')) return null
  const library = join(cache, 'lib')
  if (!existsSync(library) && !fetchLibrary(library)) return null
  const args = ['-cp', join(library, '*'), join(here, 'Launcher.java')]
  const child = spawn('java', args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const port = await new Promise<string | null>((resolve) => {
    child.once('exit', () => resolve(null))
    child.stdout.on('data', (chunk: Buffer) => {
      const [, found] = /listening (\d+)/.exec(chunk.toString()) ?? []
      if (found) resolve(found)
    })
  })
  if (port === null) return null
  return {
    uri: `mongodb://127.0.0.1:${port}/`,
    kind: 'mongo-java-server 1.47.0 (no sessions)',
    stop: () => ended(child),
  }
}

const fetchLibrary = (library: string): boolean => {
  mkdirSync(cache, { recursive: true })
  const goal = ['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:copy-dependencies']
  const fetched = has('mvn', ...goal, `-DoutputDirectory=${library}`)
  if (!fetched) rmSync(library, { recursive: true, force: true })
  return fetched
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}
