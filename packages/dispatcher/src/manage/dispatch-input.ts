import { InvalidEventError, type ObjectIdLike } from '@swigs/webhooks-protocol'
import { siteIdOf } from './site-id.js'

/** What the third argument of `dispatch` can grow into. */
export interface DispatchOptions {
  /** The site it happened on; none: it goes to every subscriber of its type. */
  siteId?: string | ObjectIdLike | null | undefined
  /** A session of the storage's own database: the event commits with the caller's writes, or not at all. */
  session?: unknown
  /** The same key and type make the same event: a second dispatch is a duplicate. 1 to 256 characters. */
  idempotencyKey?: string | undefined
  /** When it happened; Date, epoch ms or ISO 8601. Default: now. */
  occurredAt?: Date | number | string | undefined
}

interface ParsedDispatch {
  readonly siteId: string | null
  readonly session?: unknown
  readonly idempotencyKey?: string | undefined
  readonly occurredAt?: number | undefined
}

const KNOWN = new Set(['siteId', 'session', 'idempotencyKey', 'occurredAt'])

/** @throws InvalidEventError naming the option. */
export const parseDispatch = (given: unknown): ParsedDispatch => {
  if (!isOptions(given)) return { siteId: siteIdOf(given) }
  const unknown = Object.keys(given).find((key) => !KNOWN.has(key))
  if (unknown !== undefined) throw invalid(unknown, `Unknown option. Known: ${[...KNOWN].join(', ')}`)
  const { siteId, session, idempotencyKey, occurredAt } = given
  return {
    siteId: siteIdOf(siteId),
    // `null` is how drivers write "no session".
    session: session ?? undefined,
    idempotencyKey: keyOf(idempotencyKey),
    occurredAt: occurredAt === undefined ? undefined : instantOf(occurredAt),
  }
}

const isOptions = (given: unknown): given is DispatchOptions => {
  if (typeof given !== 'object' || given === null) return false
  const prototype: unknown = Object.getPrototypeOf(given)
  return (
    (prototype === Object.prototype || prototype === null) && !('_id' in given) && !('toHexString' in given)
  )
}

const keyOf = (key: unknown): string | undefined => {
  if (key === undefined) return undefined
  if (typeof key === 'string' && key.length > 0 && key.length <= 256) return key
  throw invalid('idempotencyKey', 'Expected a string of 1 to 256 characters')
}

const instantOf = (value: unknown): number => {
  const known = value instanceof Date || typeof value === 'number' || typeof value === 'string'
  const ms = known ? new Date(value).getTime() : Number.NaN
  if (Number.isNaN(ms)) throw invalid('occurredAt', 'Expected a Date, epoch milliseconds or ISO 8601')
  return ms
}

const invalid = (path: string, message: string) =>
  new InvalidEventError(`dispatch: ${path}: ${message}.`, { issues: [{ path, message }] })
