import { randomBytes } from 'node:crypto'
import { InvalidSecretError } from './errors.js'

/** What every listing shows in place of a secret. */
export const MASKED_SECRET = '********'

const PREFIX = 'whsec_'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const QUOTED = /^(['"`]).*\1$/s
const LEAST_BYTES = 24
const MOST_BYTES = 256

/** A new secret: 32 random bytes, hex. */
export const generateSecret = (): string => randomBytes(32).toString('hex')

/**
 * The Standard Webhooks key of a secret: `whsec_<base64>` is decoded, any other string is its UTF-8 bytes.
 * @throws InvalidSecretError when it is not a string, or what follows `whsec_` is not base64.
 */
export const secretKey = (secret: string): Buffer => {
  if (typeof secret !== 'string')
    throw new InvalidSecretError('The secret is not a string. Is its environment variable set?')
  if (!secret.startsWith(PREFIX)) return Buffer.from(secret)
  const encoded = secret.slice(PREFIX.length)
  if (!BASE64.test(encoded)) throw new InvalidSecretError('What follows whsec_ in the secret is not base64.')
  return Buffer.from(encoded, 'base64')
}

/**
 * Checks a secret where it comes from outside: an option, a form, an environment variable.
 * @throws InvalidSecretError unless it has 24 to 256 bytes of key material, and when white space or quotes are around it:
 *   what readers of `.env` files leave there signs too, and matches nothing, silently.
 */
export const assertSecret = (secret: string): void => {
  if (typeof secret === 'string' && secret.trim() !== secret)
    throw new InvalidSecretError(
      'The secret begins or ends with white space or a line break. Remove it where the secret is kept, or pass secret.trim().',
    )
  if (typeof secret === 'string' && QUOTED.test(secret))
    throw new InvalidSecretError(
      'The secret has quotes around it. Remove them where the secret is kept: not every reader of .env files does.',
    )
  assertKeyLength(secretKey(secret).length)
}

/** @throws InvalidSecretError unless `length` is 24 to 256 bytes. */
export const assertKeyLength = (length: number): void => {
  if (length < LEAST_BYTES || length > MOST_BYTES)
    throw new InvalidSecretError(
      `The secret has ${length} bytes of key material; ${LEAST_BYTES} to ${MOST_BYTES} are needed. ` +
        "Make one with crypto.randomBytes(32).toString('hex').",
    )
}
