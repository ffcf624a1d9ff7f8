import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** An app in a process of its own. */
export interface RunningApp {
  readonly url: string
  /** What it has printed so far. */
  readonly output: () => string
  stop(): Promise<void>
}

/** Starts `server.js` of an example app from source; resolves when it listens. */
export const startApp = async (name: string, env: Readonly<Record<string, string>>): Promise<RunningApp> => {
  const cwd = fileURLToPath(new URL(`../../${name}`, import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=swigs-source', 'server.js'], {
    cwd,
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString()
      const [, found] = /listens on (http:\/\/\S+)/.exec(output) ?? []
      if (found) resolve(found)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', (code) =>
      reject(new Error(`${name} ended with ${code} before it listened:\n${output}`)),
    )
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  return { url, output: () => output, stop }
}
