import { execFileSync } from 'node:child_process'

/** Whether a command is there, and ends well. */
export const has = (command: string, ...args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs a command that installs something; answers its output, or `null`, having said why, when it fails or takes longer. */
export const tryInstalling = (
  what: string,
  [file, ...args]: readonly [string, ...string[]],
  { mostMs, env = {} }: { mostMs: number; env?: Readonly<Record<string, string>> },
): string | null => {
  try {
    return execFileSync(file, args, {
      encoding: 'utf8',
      timeout: mostMs,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    console.log(`${what}: not installed (${(stderr || message).trim().split('\n').at(-1)})`)
    return null
  }
}
