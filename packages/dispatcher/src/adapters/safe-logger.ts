import type { Logger } from '../ports/logger.js'

/** A logger that cannot break what it is told of: what it throws is lost, as there is nobody to tell. */
export const safeLogger = (logger: Logger): Logger => {
  const safe =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        logger[level](fields, message)
      } catch {
        // A full disk under the log must not stop deliveries.
      }
    }
  return { info: safe('info'), warn: safe('warn'), error: safe('error') }
}
