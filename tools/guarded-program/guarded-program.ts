import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const GUARDIAN = fileURLToPath(new URL('guardian.mjs', import.meta.url))

/** Whom a program runs as; default: whoever runs this. */
export interface ProgramOwner {
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

/** Runs a program for as long as this process lives. */
export const runGuarded = (command: readonly string[], owner: ProgramOwner = {}): ChildProcess =>
  spawn(process.execPath, [GUARDIAN, JSON.stringify(owner), ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })

/** Kills what a guardian runs, and waits until it is gone. */
export const endGuarded = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.stdin?.destroy()
  await exited
}

/** Lets what a guardian runs stand still, as a host that hangs does; answers how to let it go on. */
export const pauseGuarded = (child: ChildProcess): (() => void) => {
  child.stdin?.write('SIGSTOP')
  return () => void child.stdin?.write('SIGCONT')
}

/** A port that nobody listened on a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
