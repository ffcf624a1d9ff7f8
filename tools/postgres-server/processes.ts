import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { serverOwner } from './owner.js'

const GUARDIAN = fileURLToPath(new URL('guardian.mjs', import.meta.url))

/** Runs a program for as long as this process lives. */
export const runGuarded = (command: readonly string[]): ChildProcess =>
  spawn(process.execPath, [GUARDIAN, JSON.stringify(serverOwner()), ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })

/** Kills what a guardian runs, and waits until it is gone. */
export const endGuarded = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.stdin?.destroy()
  await exited
}

/** Waits until a server answers; `false` when it ended before that. */
export const answers = async (uri: string, child: ChildProcess): Promise<boolean> => {
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
