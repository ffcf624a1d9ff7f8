import { createHash } from 'node:crypto'
import { InvalidEventError } from './errors.js'

/** The body of a delivery. */
export interface Envelope<T = unknown, E extends string = string> {
  /** `evt_…`; the same for every attempt, subscription and resend. */
  readonly id: string
  /** The type: `order.created`. */
  readonly event: E
  /** ISO 8601 UTC: when it happened. */
  readonly timestamp: string
  /** The payload, as the catalogue's schema let it through. */
  readonly data: T
}

/** No dots: the content that is signed is joined with them. */
export const EVENT_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/

/** Lower-case words joined by dots; `isEventType` checks the length too. */
export const EVENT_TYPE_PATTERN = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/

const MAX_TYPE_LENGTH = 128

/** Whether `type` is well formed: lower-case words joined by dots, at most 128 characters. */
export const isEventType = (type: unknown): type is string =>
  typeof type === 'string' && type.length <= MAX_TYPE_LENGTH && EVENT_TYPE_PATTERN.test(type)

/**
 * The exact text to sign and send. Parsing and printing it again gives the same text, which is what receivers that
 * verify `JSON.stringify(req.body)` rely on. `data: undefined` goes out as `null`: an envelope always has data.
 * @throws InvalidEventError when `data` is not JSON: a cycle, a BigInt, a `toJSON` that throws.
 */
export const serialiseEnvelope = ({ id, event, timestamp, data }: Envelope): string => {
  try {
    return JSON.stringify({ id, event, timestamp, data: data === undefined ? null : data })
  } catch (cause) {
    const message = 'Not JSON: it has a cycle, a BigInt, or a toJSON that throws'
    throw new InvalidEventError(`The data of ${event} cannot be serialised. ${message}.`, {
      cause,
      issues: [{ path: 'data', message }],
    })
  }
}

/** Reads a body. `legacy`: the first SWIGS sender gives no id; the body's hash stands in. `null`: not an envelope. */
export const parseEnvelope = (text: string, options: { legacy?: boolean } = {}): Envelope | null => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null
  const { id, event, timestamp, data } = parsed as Record<string, unknown>
  const knownId = id === undefined && options.legacy ? legacyId(text) : id
  if (typeof knownId !== 'string' || !EVENT_ID_PATTERN.test(knownId)) return null
  if (!isEventType(event) || typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp))) return null
  return data === undefined ? null : { id: knownId, event, timestamp, data }
}

const legacyId = (text: string): string =>
  `evt_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
