import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server for the time of a run. */
export interface Server {
  readonly url: string
  /** What it is and how it is set, for the reader of the figures. */
  readonly about: string
  stop(): Promise<void>
}

const versionOf = (program: string): string | null => {
  const { stdout, status } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return status === 0
    ? stdout
        .trim()
        .split('\n')[0]
        ?.replace(/sha=.*/, '')
        .trim() || null
    : null
}

const freePort = async (): Promise<number> => {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve()

/** Redis that has on disk what it has acknowledged, as the storages here have. `null` where there is none. */
export const startRedis = async (): Promise<Server | null> => {
  const given = process.env['REDIS_URL']
  if (given) return { url: given, about: 'the Redis of REDIS_URL', stop: async () => undefined }
  const version = versionOf('redis-server')
  if (!version) return null
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-redis-'))
  const port = await freePort()
  const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--dir', folder]
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...settings], {
    stdio: 'ignore',
  })
  const stop = async () => {
    child.kill()
    await ended(child)
    await rm(folder, { recursive: true, force: true })
  }
  return { url: `redis://127.0.0.1:${port}`, about: `${version}, appendfsync always`, stop }
}

/** PostgreSQL as it comes, with a shared buffer that fits. `null` where there is none. */
export const startPostgres = async (): Promise<Server | null> => {
  const given = process.env['POSTGRES_URL']
  if (given) return { url: given, about: 'the PostgreSQL of POSTGRES_URL', stop: async () => undefined }
  const version = versionOf('postgres')
  if (!version || !versionOf('initdb')) return null
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-postgres-'))
  // It refuses to run as root.
  const asNobody: SpawnOptions =
    process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534, cwd: folder } : { cwd: folder }
  if (asNobody.uid) await chown(folder, 65_534, 65_534)
  const port = await freePort()
  spawnSync('initdb', ['-D', folder, '-U', 'bench', '-A', 'trust', '-E', 'UTF8'], {
    ...asNobody,
    stdio: 'ignore',
  } as object)
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    shared_buffers: '256MB',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn('postgres', ['-D', folder, ...options], { ...asNobody, stdio: 'ignore' })
  const stop = async () => {
    child.kill('SIGINT')
    await ended(child)
    await rm(folder, { recursive: true, force: true })
  }
  const about = `${version}, synchronous_commit on`
  return { url: `postgres://bench@127.0.0.1:${port}/postgres`, about, stop }
}
