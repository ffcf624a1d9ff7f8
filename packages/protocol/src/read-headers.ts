import { HEADERS } from './headers.js'

/** Headers as Node, Express, Fastify or a proxy have them: names in any case, a value or several. */
export type HeaderBag = Readonly<Record<string, string | readonly string[] | undefined>>

/** The part of a web-standard `Headers` that is used. */
export interface FetchHeaders {
  /** The value, whatever the name's case. */
  get(name: string): string | null
}

/** What a verifier asks a request's headers; `undefined` where there is none. */
export interface WireHeaders {
  readonly id: string | undefined
  readonly attemptTimestamp: string | undefined
  readonly standardSignature: string | undefined
  readonly signature: string | undefined
  readonly event: string | undefined
  readonly timestamp: string | undefined
  /** The lower-case name of one that was given more than once: nobody's word. */
  readonly repeated: string | null
}

const { id, attemptTimestamp, standardSignature, signature, event, timestamp } = HEADERS
const NAMES = [id, attemptTimestamp, standardSignature, signature, event, timestamp].map((name) =>
  name.toLowerCase(),
)
const KNOWN: ReadonlySet<string> = new Set(NAMES)
const LENGTHS: ReadonlySet<number> = new Set(NAMES.map(({ length }) => length))

/** The six headers of a delivery that are signed or say what is: names in any case, none of them twice. */
export const readHeaders = (headers: HeaderBag | FetchHeaders): WireHeaders => {
  const bag = lowerCase(headers)
  // Written out: literal names are looked up ten times as fast as computed ones, which is a tenth of an HMAC.
  const given = {
    id: bag['webhook-id'],
    attemptTimestamp: bag['webhook-timestamp'],
    standardSignature: bag['webhook-signature'],
    signature: bag['x-webhook-signature'],
    event: bag['x-webhook-event'],
    timestamp: bag['x-webhook-timestamp'],
  }
  return {
    id: one(given.id),
    attemptTimestamp: one(given.attemptTimestamp),
    standardSignature: one(given.standardSignature),
    signature: one(given.signature),
    event: one(given.event),
    timestamp: one(given.timestamp),
    repeated: repeatedOf(given),
  }
}

type Value = HeaderBag[string]

const one = (value: Value): string | undefined => (typeof value === 'object' ? value[0] : value)

const lowerCase = (headers: HeaderBag | FetchHeaders): HeaderBag => {
  if (isFetchHeaders(headers))
    return Object.fromEntries(NAMES.map((name) => [name, headers.get(name) ?? undefined]))
  // Most names are told apart by their length, which costs nothing.
  const isOdd = (key: string) => LENGTHS.has(key.length) && !KNOWN.has(key) && KNOWN.has(key.toLowerCase())
  const keys = Object.keys(headers)
  if (!keys.some(isOdd)) return headers
  const all = (name: string) =>
    keys.filter((key) => key.toLowerCase() === name).flatMap((key) => headers[key] ?? [])
  return Object.fromEntries(NAMES.map((name) => [name, all(name)]))
}

const isFetchHeaders = (headers: HeaderBag | FetchHeaders): headers is FetchHeaders =>
  typeof headers.get === 'function'

type Given = Readonly<Record<keyof Omit<WireHeaders, 'repeated'>, Value>>

const repeatedOf = (given: Given): string | null => {
  if (hasTwo(given.id)) return 'webhook-id'
  if (hasTwo(given.attemptTimestamp)) return 'webhook-timestamp'
  if (isList(given.standardSignature) || hasTwoLists(one(given.standardSignature))) return 'webhook-signature'
  if (hasTwo(given.signature)) return 'x-webhook-signature'
  if (hasTwo(given.event)) return 'x-webhook-event'
  // Text that the body repeats, whatever its form: a comma in it says nothing.
  return isList(given.timestamp) ? 'x-webhook-timestamp' : null
}

const isList = (value: Value): boolean => typeof value === 'object' && value.length > 1

/** Servers join the values of a header that came twice with a comma (RFC 9110, section 5.3); no value of ours has one. */
const hasTwo = (value: Value): boolean => isList(value) || one(value)?.includes(',') === true

/** But for the one inside each signature: two in a word are two lists of signatures. */
const hasTwoLists = (signatures: string | undefined): boolean => {
  if (signatures === undefined) return false
  if (signatures.includes(' ')) return signatures.split(' ').some(hasTwoLists)
  return signatures.includes(',', signatures.indexOf(',') + 1 || signatures.length)
}
