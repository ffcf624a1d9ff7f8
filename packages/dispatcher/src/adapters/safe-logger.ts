import type { Logger } from '../ports/logger.js'
import { swallow } from './swallow.js'

/** A logger that cannot break what it is told of: what it throws is lost, as there is nobody to tell. */
export const safeLogger = (logger: Logger): Logger => {
  const safe =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        // An async function is one too, by its type.
        const answer: unknown = logger[level](fields, message)
        swallow(answer)
      } catch {
        // A full disk under the log must not stop deliveries.
      }
    }
  return { info: safe('info'), warn: safe('warn'), error: safe('error') }
}
