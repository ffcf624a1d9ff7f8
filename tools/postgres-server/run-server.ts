import { execFileSync, type ChildProcess } from 'node:child_process'
import { appendFileSync, chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Binaries } from './binaries.js'
import { serverOwner } from './owner.js'
import { endGuarded, freePort } from '../guarded-program/guarded-program.js'
import { answers, runAsOwner } from './processes.js'

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
  /** Resolves when its standbys have all that it has committed. */
  followed(): Promise<void>
  stop(): Promise<void>
}

/** A server that follows another. */
export interface Standby {
  readonly uri: string
  /** `pg_ctl promote`: resolves when it takes writes. */
  promote(): Promise<void>
}

const SETTINGS = ['listen_addresses=127.0.0.1', 'max_connections=300', 'fsync=on', 'wal_level=replica']
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
    await Promise.all([child, ...others].map(endGuarded))
    rmSync(place, { recursive: true, force: true })
  }
  if (!(await answers(uri, child))) {
    await stop()
    return null
  }

  const addStandby = async (): Promise<Standby> => {
    const [copy, standbyPort] = [join(place, `standby-${others.length}`), await freePort()]
    const label = await withClient(uri, async (client) => {
      // Before PostgreSQL 15 they were called otherwise; servers of one's own are younger.
      await client.query("SELECT pg_backup_start('standby', true)")
      cpSync(data, copy, { recursive: true, filter: (path) => !path.endsWith('postmaster.pid') })
      const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop()')
      return rows[0]?.labelfile ?? ''
    })
    writeFileSync(join(copy, 'backup_label'), label)
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
    cut: () => endGuarded(child),
    restore: async () => {
      child = start(bin, data, port)
      if (!(await answers(uri, child))) throw new Error(`PostgreSQL did not come back on port ${port}`)
    },
    addStandby,
    followed: () => withClient(uri, followed),
    stop,
  }
}

const withClient = async <T>(uri: string, use: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(uri)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

const followed = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ at: string }>('SELECT pg_current_wal_lsn() AS at')
  for (let behind = 1; behind > 0; await sleep(20)) {
    const standbys = await client.query<{ behind: number }>(
      'SELECT count(*)::integer AS behind FROM pg_stat_replication WHERE replay_lsn IS NULL OR replay_lsn < $1',
      [rows[0]?.at],
    )
    behind = standbys.rows[0]?.behind ?? 0
  }
}

const uriOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`

const start = (bin: string, data: string, port: number): ChildProcess => {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting])
  const command = [join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', '', ...settings]
  return runAsOwner(command)
}
