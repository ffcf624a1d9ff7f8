/** The part of pino's shape that is used. Bodies and secrets are never passed to it. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
