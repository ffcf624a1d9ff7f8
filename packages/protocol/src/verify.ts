import { timingSafeEqual } from 'node:crypto'
import { EVENT_ID_PATTERN, parseEnvelope, type Envelope } from './envelope.js'
import { InvalidSecretError } from './errors.js'
import { HEADERS } from './headers.js'
import { assertKeyLength } from './secrets.js'
import { cachedKey, signLegacy, signOnce } from './sign.js'

/** Headers as Node, Express, Fastify or `Headers` (through `Object.fromEntries`) have them: lower-case names. */
export type HeaderBag = Readonly<Record<string, string | readonly string[] | undefined>>

/** Why a request is not to be trusted, or not to be read. For the log: callers are told less. */
export type RejectionReason =
  'missing_signature' | 'bad_signature' | 'timestamp_out_of_tolerance' | 'malformed' | 'header_mismatch'

/** Signed by who has the secret, recent, and an envelope. */
export type Verified = { readonly ok: true; readonly envelope: Envelope }
/** Not to be handled. */
export type Rejected = { readonly ok: false; readonly reason: RejectionReason }

/** What `verify` and `verifySignature` take. */
export interface VerifyInput {
  /** Lower-case names. */
  readonly headers: HeaderBag
  /** The bytes as they arrived. */
  readonly body: string | Uint8Array
  /** One, or several while one is being rotated. */
  readonly secrets: string | readonly string[]
  /** Epoch ms. */
  readonly now: number
  /** How far the attempt's timestamp may be from `now`, ms. Default 5 minutes. */
  readonly toleranceMs?: number | undefined
  /** Accept a request that has the seed's signature alone. Default `false`. */
  readonly legacy?: boolean | undefined
  /** How old such a request's body may be, ms. Default 1 hour: retries keep the first timestamp. */
  readonly legacyMaxAgeMs?: number | undefined
}

const FIVE_MINUTES_MS = 300_000
const ONE_HOUR_MS = 3_600_000
const MAX_SIGNATURES = 16
const SECONDS = /^\d{1,12}$/

/**
 * Signature over the raw bytes, then timestamp. Nothing is parsed. `null`: both hold.
 * @throws InvalidSecretError when there is no secret, or one is unfit to verify with (under 24 bytes): better loud than open.
 */
export const verifySignature = (input: VerifyInput): RejectionReason | null => {
  const { headers, body, now, toleranceMs = FIVE_MINUTES_MS } = input
  const secrets = usable(input.secrets)
  if (!isStandard(headers)) return verifyLegacySignature(input, secrets)
  const id = one(headers, HEADERS.id)
  const timestampSeconds = one(headers, HEADERS.attemptTimestamp)
  const signature = one(headers, HEADERS.standardSignature)
  if (!id || !timestampSeconds || !signature) return 'missing_signature'
  // A dot in either would let two different requests share one signed content.
  if (!EVENT_ID_PATTERN.test(id) || !SECONDS.test(timestampSeconds)) return 'bad_signature'
  // Nearly always one, and then a split is the dearest step after the HMAC (measured).
  const listed = signature.includes(' ') ? signature.split(' ', MAX_SIGNATURES) : [signature]
  const content = { id, timestampSeconds, body }
  const matches = secrets.some((secret) => anyEqual(listed, signOnce(content, secret)))
  if (!matches) return 'bad_signature'
  return Math.abs(now - Number(timestampSeconds) * 1000) <= toleranceMs ? null : 'timestamp_out_of_tolerance'
}

/**
 * Whether a request is ours, unchanged and recent, and what it says. All secrets and all listed signatures are tried, in
 * constant time each. The type and the id are those of the signed body; a header that disagrees is a mismatch.
 * Source: Standard Webhooks 1.0.0, "Verifying signatures".
 * @throws InvalidSecretError when there is no secret, or one is unfit to verify with.
 *
 * @example
 * const result = verify({ headers: req.headers, body: rawBody, secrets: secret, now: Date.now() })
 * if (result.ok) console.log(result.envelope.event)
 */
export const verify = (input: VerifyInput): Verified | Rejected => {
  const reason = verifySignature(input)
  if (reason !== null) return { ok: false, reason }
  const { headers, body, now, legacy = false, legacyMaxAgeMs = ONE_HOUR_MS } = input
  const isLegacy = !isStandard(headers)
  const text = decode(body)
  const envelope = text === null ? null : parseEnvelope(text, { legacy: legacy && isLegacy })
  if (!envelope) return { ok: false, reason: 'malformed' }
  // Written so that a NaN refuses.
  if (isLegacy && !(Math.abs(now - Date.parse(envelope.timestamp)) <= legacyMaxAgeMs))
    return { ok: false, reason: 'timestamp_out_of_tolerance' }
  const agrees =
    agree(headers, HEADERS.event, envelope.event) &&
    agree(headers, HEADERS.timestamp, envelope.timestamp) &&
    agree(headers, HEADERS.id, envelope.id)
  return agrees ? { ok: true, envelope } : { ok: false, reason: 'header_mismatch' }
}

const verifyLegacySignature = (
  { headers, body, legacy = false }: VerifyInput,
  secrets: readonly string[],
): RejectionReason | null => {
  const signature = one(headers, HEADERS.signature)
  if (signature === undefined || !legacy) return 'missing_signature'
  const matches = secrets.some((secret) => anyEqual([signature], signLegacy(body, secret)))
  return matches ? null : 'bad_signature'
}

/** As text: a signature has one spelling, and a version of somebody else's equals none of ours. */
const anyEqual = (listed: readonly string[], expected: string): boolean => {
  const bytes = Buffer.from(expected)
  return listed.some((signature) => {
    const given = Buffer.from(signature)
    return given.length === bytes.length && timingSafeEqual(given, bytes)
  })
}

const agree = (headers: HeaderBag, name: string, value: string): boolean => {
  const header = one(headers, name)
  return header === undefined || header === value
}

// Each secret is checked every time: `verify` is also called without a receiver that checked them at its creation.
const usable = (secrets: string | readonly string[]): readonly string[] => {
  const list = typeof secrets === 'string' ? [secrets] : (secrets ?? [])
  if (list.length === 0) throw new InvalidSecretError('There is no secret to verify with. Pass at least one.')
  for (const secret of list) assertKeyLength(cachedKey(secret).length)
  return list
}

// Present at all, even empty or repeated: then it decides, and no legacy signature rescues it.
const isStandard = (headers: HeaderBag): boolean =>
  headers[HEADERS.standardSignature] !== undefined ||
  headers[HEADERS.id] !== undefined ||
  headers[HEADERS.attemptTimestamp] !== undefined

// A byte order mark is kept, so that JSON.parse refuses it; broken UTF-8 throws.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const decode = (body: string | Uint8Array): string | null => {
  if (typeof body === 'string') return body
  try {
    return utf8.decode(body)
  } catch {
    return null
  }
}

/** A header that came once. One that came twice is nobody's word. */
const one = (headers: HeaderBag, name: string): string | undefined => {
  const value = headers[name] ?? headers[name.toLowerCase()]
  return typeof value === 'string' ? value : value?.length === 1 ? value[0] : undefined
}
