import { InvalidSecretError } from './errors.js'
import { HEADERS } from './headers.js'
import { hmac, hmacKey, type HmacKey } from './hmac.js'
import { secretKey } from './secrets.js'

const MAX_KEYS = 1_024

/** Keys by secret, each derived once and not per attempt. Bounded, as secrets come and go. */
const derivedOnce = (derive: (secret: string) => Buffer): ((secret: string) => HmacKey) => {
  const keys = new Map<string, HmacKey>()
  return (secret) => {
    let key = keys.get(secret)
    if (!key) {
      const bytes = derive(secret)
      if (bytes.length === 0)
        throw new InvalidSecretError('The secret is empty. Is its environment variable set?')
      key = hmacKey(bytes)
      if (keys.size >= MAX_KEYS) keys.clear()
      keys.set(secret, key)
    }
    return key
  }
}

/**
 * The Standard Webhooks key of a secret, derived once.
 * @throws InvalidSecretError when it is empty: anyone can compute what an empty key signs.
 */
export const cachedKey = derivedOnce(secretKey)

/** The key of `X-Webhook-Signature`: the secret's characters as they are. */
const legacyKey = derivedOnce((secret) => Buffer.from(secret))

const first = (secrets: readonly string[]): string => {
  const [secret] = secrets
  if (secret === undefined)
    throw new InvalidSecretError('There is no secret to sign with. Pass at least one.')
  return secret
}

/**
 * `X-Webhook-Signature`: `sha256=` and the hex HMAC-SHA256 of the body; the secret's characters are the key.
 * @throws InvalidSecretError when the secret is empty.
 */
export const signLegacy = (body: string | Uint8Array, secret: string): string =>
  `sha256=${hmac(legacyKey(secret), '', body, 'hex')}`

/** What is signed beside the body. */
export interface StandardSignatureInput {
  readonly id: string
  /** Unix seconds of this attempt. */
  readonly timestampSeconds: number | string
  readonly body: string | Uint8Array
  /** Newest first. */
  readonly secrets: readonly string[]
}

/**
 * `webhook-signature` of Standard Webhooks 1.0.0: one `v1,<base64>` per secret, space-separated.
 * @throws InvalidSecretError when there is no secret, or one is empty or not well formed.
 */
export const signStandard = ({ id, timestampSeconds, body, secrets }: StandardSignatureInput): string => {
  const content = { id, timestampSeconds, body }
  let signatures = signOnce(content, first(secrets))
  for (const secret of secrets.slice(1)) signatures += ` ${signOnce(content, secret)}`
  return signatures
}

/** `v1,` and the base64 HMAC-SHA256 over `id.timestamp.body`, by one secret. */
export const signOnce = (
  { id, timestampSeconds, body }: Omit<StandardSignatureInput, 'secrets'>,
  secret: string,
): string => `v1,${hmac(cachedKey(secret), `${id}.${timestampSeconds}.`, body, 'base64')}`

/** One attempt, about to be sent. */
export interface AttemptToSign {
  readonly id: string
  readonly type: string
  /** The body's `timestamp`. */
  readonly timestamp: string
  readonly body: string
  /** Unexpired ones, newest first: all sign `webhook-signature`, the first one `X-Webhook-Signature`. */
  readonly secrets: readonly string[]
  /** Unix seconds of this attempt. */
  readonly attemptTimestampSeconds: number
  readonly deliveryId: string
  /** 1, 2, 3 … */
  readonly attempt: number
  readonly userAgent: string
}

/**
 * Every header of a delivery, signed afresh for this attempt.
 * @throws InvalidSecretError when there is no secret, or one is empty or not well formed.
 */
export const signedHeaders = (input: AttemptToSign): Record<string, string> => {
  const { id, body, secrets, attemptTimestampSeconds: timestampSeconds } = input
  return {
    [HEADERS.contentType]: 'application/json',
    [HEADERS.userAgent]: input.userAgent,
    [HEADERS.event]: input.type,
    [HEADERS.timestamp]: input.timestamp,
    [HEADERS.signature]: signLegacy(body, first(secrets)),
    [HEADERS.id]: id,
    [HEADERS.attemptTimestamp]: String(timestampSeconds),
    [HEADERS.standardSignature]: signStandard({ id, timestampSeconds, body, secrets }),
    [HEADERS.delivery]: input.deliveryId,
    [HEADERS.attempt]: String(input.attempt),
  }
}
