import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { appendFileSync, chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Binaries } from './binaries.js'
import { serverOwner } from './owner.js'

/** A server that may be killed. `fsync` is on: what it acknowledged is there when it is back. */
export interface OwnPostgres {
  readonly uri: string
  /** Which one it is, for the reader of a run. */
  readonly kind: string
  /** Kills it, as a crash would. */
  cut(): Promise<void>
  /** Brings it back, on the same address; resolves when it answers. */
  restore(): Promise<void>
  /** Makes a standby that follows it, read-only until it is promoted. Ends with it. */
  addStandby(): Promise<Standby>
  stop(): Promise<void>
}

/** A server that follows another. */
export interface Standby {
  readonly uri: string
  /** `pg_ctl promote`: resolves when it takes writes. */
  promote(): Promise<void>
}

const SETTINGS = ['listen_addresses=127.0.0.1', 'max_connections=300', 'fsync=on', 'wal_level=replica']
const GUARDIAN = fileURLToPath(new URL('guardian.mjs', import.meta.url))
const owner = serverOwner()

/** Runs a PostgreSQL in a folder of its own; it ends with this process. `null` when it does not run here. */
export const runServer = async ({ kind, folder }: Binaries): Promise<OwnPostgres | null> => {
  const place = mkdtempSync(join(tmpdir(), 'webhooks-postgres-'))
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(place, owner.uid, owner.gid)
  const data = join(place, 'data')
  const bin = folder(place)
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(bin, program), args, { stdio: 'ignore', cwd: place, ...owner })
  try {
    run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale', 'C', '--no-sync')
  } catch {
    rmSync(place, { recursive: true, force: true })
    return null
  }
  const port = await freePort()
  let child = start(bin, data, port)
  const uri = uriOf(port)
  const others: ChildProcess[] = []
  const stop = async () => {
    await Promise.all([child, ...others].map(ended))
    rmSync(place, { recursive: true, force: true })
  }
  if (!(await answers(uri, child))) {
    await stop()
    return null
  }

  const addStandby = async (): Promise<Standby> => {
    const [copy, standbyPort] = [join(place, `standby-${others.length}`), await freePort()]
    const client = new pg.Client(uri)
    await client.connect()
    await client.query("SELECT pg_backup_start('standby', true)")
    cpSync(data, copy, { recursive: true, filter: (path) => !path.endsWith('postmaster.pid') })
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop()')
    await client.end()
    writeFileSync(join(copy, 'backup_label'), rows[0]?.labelfile ?? '')
    writeFileSync(join(copy, 'standby.signal'), '')
    appendFileSync(
      join(copy, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=127.0.0.1 port=${port} user=postgres'\n`,
    )
    if (owner.uid !== undefined) execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, copy])
    const standby = start(bin, copy, standbyPort)
    others.push(standby)
    if (!(await answers(uriOf(standbyPort), standby))) throw new Error('the standby did not start')
    return {
      uri: uriOf(standbyPort),
      promote: async () => void run('pg_ctl', 'promote', '-w', '-D', copy),
    }
  }

  return {
    uri,
    kind,
    cut: () => ended(child),
    restore: async () => {
      child = start(bin, data, port)
      if (!(await answers(uri, child))) throw new Error(`PostgreSQL did not come back on port ${port}`)
    },
    addStandby,
    stop,
  }
}

const uriOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`

const start = (bin: string, data: string, port: number): ChildProcess => {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting])
  const command = [join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', '', ...settings]
  return spawn(process.execPath, [GUARDIAN, JSON.stringify(owner), ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
}

/** Kills what a guardian runs, and waits until it is gone. */
const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.stdin?.destroy()
  await exited
}

/** Waits until a server answers; `false` when it ended before that. */
const answers = async (uri: string, child: ChildProcess): Promise<boolean> => {
  while (child.exitCode === null && child.signalCode === null) {
    const client = new pg.Client(uri)
    client.on('error', () => undefined)
    const answered = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => undefined)
    if (answered) return true
    await sleep(20)
  }
  return false
}

/** A port that nobody listened on a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
