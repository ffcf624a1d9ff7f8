import { HEADERS } from './headers.js'

/** Headers as Node, Express, Fastify or a proxy have them: names in any case, a value or several. */
export type HeaderBag = Readonly<Record<string, string | readonly string[] | undefined>>

/** The part of a web-standard `Headers` that is used. */
export interface FetchHeaders {
  /** The value, whatever the name's case. */
  get(name: string): string | null
}

/** What a verifier asks a request's headers. */
export interface WireHeaders {
  id: string | undefined
  attemptTimestamp: string | undefined
  standardSignature: string | undefined
  signature: string | undefined
  event: string | undefined
  timestamp: string | undefined
  /** The lower-case name of the one that was given more than once: nobody's word. */
  repeated: string | null
}

type Field = Exclude<keyof WireHeaders, 'repeated'>

const FIELDS = ['id', 'attemptTimestamp', 'standardSignature', 'signature', 'event', 'timestamp'] as const
const BY_NAME: ReadonlyMap<string, Field> = new Map(
  FIELDS.map((field) => [HEADERS[field].toLowerCase(), field]),
)
const LENGTHS: ReadonlySet<number> = new Set([...BY_NAME.keys()].map(({ length }) => length))

/** The six headers of a delivery, in one pass. Any case; `undefined` where there is none, and where one is repeated. */
export const readHeaders = (headers: HeaderBag | FetchHeaders): WireHeaders => {
  const read: WireHeaders = {
    id: undefined,
    attemptTimestamp: undefined,
    standardSignature: undefined,
    signature: undefined,
    event: undefined,
    timestamp: undefined,
    repeated: null,
  }
  if (isFetchHeaders(headers))
    for (const [name, field] of BY_NAME) note(read, name, field, headers.get(name) ?? undefined)
  else
    for (const key of Object.keys(headers)) {
      // Most names are told apart by their length, which costs nothing.
      if (!LENGTHS.has(key.length)) continue
      const exact = BY_NAME.get(key)
      const name = exact ? key : key.toLowerCase()
      const field = exact ?? BY_NAME.get(name)
      if (field) note(read, name, field, headers[key])
    }
  return read
}

const isFetchHeaders = (headers: HeaderBag | FetchHeaders): headers is FetchHeaders =>
  typeof headers.get === 'function'

const note = (
  read: WireHeaders,
  name: string,
  field: Field,
  value: string | readonly string[] | undefined,
): void => {
  const only = typeof value === 'object' && value.length === 1 ? value[0] : value
  if (only === undefined) return
  if (typeof only !== 'string' || read[field] !== undefined || isJoined(field, only)) read.repeated = name
  else read[field] = only
}

/**
 * Servers join the values of a header that came twice with a comma (RFC 9110, section 5.3). No value of ours has one, but
 * for the one inside each signature; a timestamp is text that the body repeats, whatever its form.
 */
const isJoined = (field: Field, value: string): boolean => {
  if (field === 'timestamp') return false
  const comma = value.indexOf(',')
  if (comma < 0) return false
  if (field !== 'standardSignature') return true
  if (!value.includes(' ')) return value.includes(',', comma + 1)
  return value.split(' ').some((one) => one.indexOf(',') !== one.lastIndexOf(','))
}
