import { execFileSync, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'

/** A MongoDB for tests and examples. */
export interface TestMongo {
  readonly uri: string
  /** Which one it is, for the reader of a run. */
  readonly kind: string
  /** Whether what was acknowledged is still there after a crash. */
  readonly durable: boolean
  /** Kills it as a power cut would, and brings it back on the same address; `null` when it is not ours to kill. */
  readonly power: { cut(): Promise<void>; restore(): Promise<void> } | null
  stop(): Promise<void>
}

/** Whether a command is there, and ends well. */
export const has = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A port that nobody listened on a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** `kill -9`, and wait. */
export const killed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}
