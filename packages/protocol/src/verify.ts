import { timingSafeEqual } from 'node:crypto'
import { decodeUtf8 } from './decode-utf8.js'
import { EVENT_ID_PATTERN, parseEnvelope, type Envelope } from './envelope.js'
import { InvalidSecretError } from './errors.js'
import { HEADERS } from './headers.js'
import { readHeaders, type FetchHeaders, type HeaderBag, type WireHeaders } from './read-headers.js'
import { assertKeyLength } from './secrets.js'
import { cachedKey, signLegacy, signOnce } from './sign.js'

/** Why a request is not to be trusted, or not to be read. For the log: callers are told less. */
export type RejectionReason =
  | 'missing_signature'
  | 'repeated_header'
  | 'bad_signature'
  | 'timestamp_out_of_tolerance'
  | 'malformed'
  | 'header_mismatch'

/** Signed by who has the secret, recent, and an envelope. */
export type Verified = { readonly ok: true; readonly envelope: Envelope }
/** Not to be handled. `header`: the lower-case name of the one that was repeated, or that the body contradicts. */
export type Rejected = { readonly ok: false; readonly reason: RejectionReason; readonly header?: string }

/** What `verify` and `verifySignature` take. */
export interface VerifyInput {
  /** Names in any case, or a `Headers`. */
  readonly headers: HeaderBag | FetchHeaders
  /** The bytes as they arrived; a byte order mark is signed with them, and not parsed. */
  readonly body: string | Uint8Array
  /** One, or several while one is being rotated. */
  readonly secrets: string | readonly string[]
  /** Epoch ms. */
  readonly now: number
  /** How far the attempt's timestamp may be from `now`, ms. Default 5 minutes. */
  readonly toleranceMs?: number | undefined
  /** Accept a request that has `X-Webhook-Signature` alone, as the first SWIGS sender made them. Default `false`. */
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
export const verifySignature = (input: VerifyInput): RejectionReason | null =>
  checkSignature(input, readHeaders(input.headers))

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
  const headers = readHeaders(input.headers)
  const reason = checkSignature(input, headers)
  if (reason !== null) {
    const { repeated } = headers
    return repeated === null ? { ok: false, reason } : { ok: false, reason, header: repeated }
  }
  const { body, now, legacy = false, legacyMaxAgeMs = ONE_HOUR_MS } = input
  const isLegacy = !isStandard(headers)
  const text = decodeUtf8(body)
  const envelope = text === null ? null : parseEnvelope(text, { legacy: legacy && isLegacy })
  if (!envelope) return { ok: false, reason: 'malformed' }
  // Written so that a NaN refuses.
  if (isLegacy && !(Math.abs(now - Date.parse(envelope.timestamp)) <= legacyMaxAgeMs))
    return { ok: false, reason: 'timestamp_out_of_tolerance' }
  const header = contradiction(headers, envelope)
  return header === null
    ? { ok: true, envelope }
    : { ok: false, reason: 'header_mismatch', header: HEADERS[header].toLowerCase() }
}

const checkSignature = (input: VerifyInput, headers: WireHeaders): RejectionReason | null => {
  const secrets = usable(input.secrets)
  if (headers.repeated !== null) return 'repeated_header'
  if (!isStandard(headers)) return checkLegacySignature(input, headers, secrets)
  const { id, attemptTimestamp: timestampSeconds, standardSignature } = headers
  if (!id || !timestampSeconds || !standardSignature) return 'missing_signature'
  // A dot in either would let two different requests share one signed content.
  if (!EVENT_ID_PATTERN.test(id) || !SECONDS.test(timestampSeconds)) return 'bad_signature'
  const { body, now, toleranceMs = FIVE_MINUTES_MS } = input
  // Nearly always one, and then a split is the dearest step after the HMAC (measured).
  const listed = standardSignature.includes(' ')
    ? standardSignature.split(' ', MAX_SIGNATURES)
    : [standardSignature]
  const content = { id, timestampSeconds, body }
  const matches = secrets.some((secret) => hasStandard(listed, signOnce(content, secret)))
  if (!matches) return 'bad_signature'
  return Math.abs(now - Number(timestampSeconds) * 1000) <= toleranceMs ? null : 'timestamp_out_of_tolerance'
}

const checkLegacySignature = (
  { body, legacy = false }: VerifyInput,
  { signature }: WireHeaders,
  secrets: readonly string[],
): RejectionReason | null => {
  if (signature === undefined || !legacy) return 'missing_signature'
  const matches = secrets.some((secret) => hasLegacy([signature], signLegacy(body, secret)))
  return matches ? null : 'bad_signature'
}

/**
 * Whether a signature of so many characters is among those listed. As text: a signature has one spelling, and a version of
 * somebody else's equals none of ours. In constant time each, in buffers made once: two less to make for each request, which is
 * a tenth of an HMAC.
 */
const comparer = (length: number) => {
  const [left, right] = [Buffer.alloc(length), Buffer.alloc(length)]
  return (listed: readonly string[], expected: string): boolean => {
    right.write(expected)
    return listed.some(
      (given) => given.length === length && left.write(given) === length && timingSafeEqual(left, right),
    )
  }
}
/** `v1,` and 32 bytes in base64. */
const hasStandard = comparer(47)
/** `sha256=` and 32 bytes in hex. */
const hasLegacy = comparer(71)

const contradiction = (headers: WireHeaders, envelope: Envelope): 'event' | 'timestamp' | 'id' | null => {
  const { event = envelope.event, timestamp = envelope.timestamp, id = envelope.id } = headers
  if (event !== envelope.event) return 'event'
  if (timestamp !== envelope.timestamp) return 'timestamp'
  return id === envelope.id ? null : 'id'
}

// Each secret is checked every time: `verify` is also called without a receiver that checked them at its creation.
const usable = (secrets: string | readonly string[]): readonly string[] => {
  const list = typeof secrets === 'string' ? [secrets] : (secrets ?? [])
  if (list.length === 0) throw new InvalidSecretError('There is no secret to verify with. Pass at least one.')
  for (const secret of list) assertKeyLength(cachedKey(secret).bytes.length)
  return list
}

// Present at all, even empty: then it decides, and no legacy signature rescues it.
const isStandard = ({ id, attemptTimestamp, standardSignature }: WireHeaders): boolean =>
  standardSignature !== undefined || id !== undefined || attemptTimestamp !== undefined
