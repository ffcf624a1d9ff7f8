import { errorName } from '@swigs/webhooks-protocol'
import { after } from './deadline.js'

/** The part of pino's shape that is used. Bodies and secrets are never passed to it. */
export interface Logger {
  /** A request that was refused, and the like. May be asynchronous; nobody waits for it. */
  warn(fields: object, message: string): unknown
  /** Something to mend. May be asynchronous; nobody waits for it. */
  error(fields: object, message: string): unknown
}

type Level = keyof Logger

/** A logger that can be called anywhere. */
export interface SafeLogger {
  /** Never throws, never rejects. */
  warn(fields: object, message: string): void
  /** Never throws, never rejects. */
  error(fields: object, message: string): void
  /** For lines that a stranger can cause: the first ten of a kind in a minute, and then how many more there were. */
  limited(level: Level, kind: string, fields: object, message: string): void
}

const LINES = 10
const WINDOW_MS = 60_000

/** Logs to the console. */
export const consoleLogger: Logger = {
  warn: (fields, message) => console.warn(`[webhooks] ${message}`, fields),
  error: (fields, message) => console.error(`[webhooks] ${message}`, fields),
}

/** Keeps a logger's failures, and floods of lines, from the requests that are logged; the console is told once of the former. */
export const safeLogger = (logger: Logger): SafeLogger => {
  let hasFailed = false
  const onFailure = (error: unknown): void => {
    if (hasFailed) return
    hasFailed = true
    try {
      consoleLogger.error({ err: errorName(error) }, 'The logger failed; its next failures are not told')
    } catch {
      // There is nobody left to tell.
    }
  }
  const write = (level: Level, fields: object, message: string): void => {
    void (async () => logger[level](fields, message))().catch(onFailure)
  }
  const counts = new Map<string, number>()
  return {
    warn: (fields, message) => write('warn', fields, message),
    error: (fields, message) => write('error', fields, message),
    limited: (level, kind, fields, message) => {
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      if (count === 1)
        after(WINDOW_MS, () => {
          const more = (counts.get(kind) ?? 0) - LINES
          counts.delete(kind)
          if (more > 0) write(level, { ...fields, more }, `${message}: ${more} more in the last minute`)
        })
      if (count <= LINES) write(level, fields, message)
    },
  }
}
