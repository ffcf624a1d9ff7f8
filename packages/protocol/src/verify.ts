import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseEnvelope, type Envelope } from './envelope.js'
import { HEADERS } from './headers.js'
import { standardDigest } from './sign.js'

/** Headers as Node, Express, Fastify or `Headers` (through `Object.fromEntries`) have them: lower-case names. */
export type HeaderBag = Readonly<Record<string, string | readonly string[] | undefined>>

/** Why a request is not to be trusted, or not to be read. For the log: callers are told less. */
export type RejectionReason =
  'missing_signature' | 'bad_signature' | 'timestamp_out_of_tolerance' | 'malformed' | 'header_mismatch'

export type Verified = { readonly ok: true; readonly envelope: Envelope }
export type Rejected = { readonly ok: false; readonly reason: RejectionReason }

/** What `verify` and `verifySignature` take. */
export interface VerifyInput {
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

/** Signature over the raw bytes, then timestamp. Nothing is parsed. `null`: both hold. */
export const verifySignature = (input: VerifyInput): RejectionReason | null => {
  const { headers, body, now, toleranceMs = FIVE_MINUTES_MS } = input
  const secrets = typeof input.secrets === 'string' ? [input.secrets] : input.secrets
  const id = one(headers, HEADERS.id)
  const timestampSeconds = one(headers, HEADERS.attemptTimestamp)
  const signature = one(headers, HEADERS.standardSignature)
  if (id === undefined && timestampSeconds === undefined && signature === undefined)
    return verifyLegacySignature(input, secrets)
  if (id === undefined || timestampSeconds === undefined || signature === undefined)
    return 'missing_signature'
  const listed = signature.split(' ', MAX_SIGNATURES)
  const matches = secrets.some((secret) => {
    const expected = standardDigest({ id, timestampSeconds, body }, secret)
    return listed.some(
      (entry) => entry.startsWith('v1,') && equal(Buffer.from(entry.slice(3), 'base64'), expected),
    )
  })
  if (!matches) return 'bad_signature'
  const inTime =
    SECONDS.test(timestampSeconds) && Math.abs(now - Number(timestampSeconds) * 1000) <= toleranceMs
  return inTime ? null : 'timestamp_out_of_tolerance'
}

/**
 * Whether a request is ours, unchanged and recent, and what it says. All secrets and all listed signatures are tried, in
 * constant time each. The type and the id are those of the signed body; a header that disagrees is a mismatch.
 * Source: Standard Webhooks 1.0.0, "Verifying signatures".
 *
 * @example
 * const result = verify({ headers: req.headers, body: rawBody, secrets: secret, now: Date.now() })
 * if (result.ok) console.log(result.envelope.event)
 */
export const verify = (input: VerifyInput): Verified | Rejected => {
  const reason = verifySignature(input)
  if (reason !== null) return { ok: false, reason }
  const { headers, body, now, legacy = false, legacyMaxAgeMs = ONE_HOUR_MS } = input
  const isLegacy = one(headers, HEADERS.standardSignature) === undefined
  const text =
    typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
  const envelope = parseEnvelope(text, { legacy: legacy && isLegacy })
  if (!envelope) return { ok: false, reason: 'malformed' }
  if (isLegacy && Math.abs(now - Date.parse(envelope.timestamp)) > legacyMaxAgeMs)
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
  const given = /^sha256=[0-9a-f]{64}$/.test(signature)
    ? Buffer.from(signature.slice(7), 'hex')
    : Buffer.alloc(0)
  const matches = secrets.some((secret) => equal(given, createHmac('sha256', secret).update(body).digest()))
  return matches ? null : 'bad_signature'
}

const equal = (given: Buffer, expected: Buffer): boolean =>
  given.length === expected.length && timingSafeEqual(given, expected)

const agree = (headers: HeaderBag, name: string, value: string): boolean => {
  const header = one(headers, name)
  return header === undefined || header === value
}

/** A header that came once. One that came twice is nobody's word. */
const one = (headers: HeaderBag, name: string): string | undefined => {
  const value = headers[name.toLowerCase()] ?? headers[name]
  return typeof value === 'string' ? value : value?.length === 1 ? value[0] : undefined
}
