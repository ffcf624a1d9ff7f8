import { existsSync, mkdtempSync, rmSync, writeFileSync, chownSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endGuarded, freePort } from '../guarded-program/guarded-program.js'
import { answers, runAsOwner } from './processes.js'
import { serverOwner } from './owner.js'

/** A pooler in front of a server. */
export interface Pgbouncer {
  readonly uri: string
  stop(): Promise<void>
}

/** The pgbouncer of this machine, if any. */
export const pgbouncerFile = (): string | null => {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file)) ?? null
}

/**
 * Runs it in transaction mode, as strictly as it goes: few connections to the server, no startup
 * parameters beyond those that it knows.
 */
export const startPgbouncer = async (file: string, serverUri: string): Promise<Pgbouncer> => {
  const { hostname, port: serverPort, username, pathname } = new URL(serverUri)
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'webhooks-pgbouncer-'))]
  const owner = serverOwner()
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid)
  const database = pathname.slice(1)
  const config = [
    '[databases]',
    `${database} = host=${hostname} port=${serverPort} user=${username}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 4',
    'max_client_conn = 200',
    `logfile = ${join(folder, 'log')}`,
  ]
  writeFileSync(join(folder, 'pgbouncer.ini'), `${config.join('\n')}\n`, { mode: 0o644 })
  const child = runAsOwner([file, join(folder, 'pgbouncer.ini')])
  const uri = `postgres://${username}@127.0.0.1:${port}/${database}`
  const stop = async () => {
    await endGuarded(child)
    rmSync(folder, { recursive: true, force: true })
  }
  if (await answers(uri, child)) return { uri, stop }
  await stop()
  throw new Error('pgbouncer is there and does not run')
}
