import type { Logger } from '../ports/logger.js'

/** Warnings and errors on the console, in one line each; information is left out. */
export const consoleLogger = (): Logger => ({
  info: () => undefined,
  warn: (fields, message) => console.warn(`[webhooks] ${message}`, fields),
  error: (fields, message) => console.error(`[webhooks] ${message}`, fields),
})
