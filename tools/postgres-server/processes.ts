import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { runGuarded } from '../guarded-program/guarded-program.js'
import { serverOwner } from './owner.js'

/** Runs a program of the server's as its owner, for as long as this process lives. */
export const runAsOwner = (command: readonly string[]): ChildProcess => runGuarded(command, serverOwner())

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
