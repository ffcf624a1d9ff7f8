import {
  assertSecret,
  InvalidOptionsError,
  isWebhooksError,
  verify,
  type Envelope,
  type HeaderBag,
} from '@swigs/webhooks-protocol'
import { REFUSALS, type Answer } from './answers.js'
import {
  A_BOOLEAN,
  A_COUNT,
  A_FUNCTION,
  anObjectWith,
  MILLISECONDS,
  type Expectation,
} from './check-options.js'

/** The part of pino's shape that is used. Bodies and secrets are never passed to it. */
export interface Logger {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What verification needs to know. */
export interface VerificationOptions {
  /** The subscription's `appSecret`; several while one is being rotated. */
  readonly secret: string | readonly string[] | undefined
  /** How far an attempt's timestamp may be from now, ms. Default 5 minutes. */
  readonly toleranceMs?: number | undefined
  /** Accept senders that follow the seed to the letter: `X-Webhook-Signature` alone. Default `false`. */
  readonly legacy?: boolean | undefined
  /** How old such a sender's event may be, ms. Default 1 hour. */
  readonly legacyMaxAgeMs?: number | undefined
  /** The largest body, bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** pino-shaped. Default: the console. */
  readonly logger?: Logger | undefined
  /** Epoch ms; for tests. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** What the options of verification have to be. */
export const VERIFICATION_OPTIONS: Readonly<Record<keyof VerificationOptions, Expectation>> = {
  // Looked at by `createVerification`, which says more.
  secret: ['a secret', () => true],
  toleranceMs: MILLISECONDS,
  legacy: A_BOOLEAN,
  legacyMaxAgeMs: MILLISECONDS,
  maxBodyBytes: A_COUNT,
  logger: anObjectWith('a pino-shaped logger', 'warn', 'error'),
  now: A_FUNCTION,
}

/** A request as any framework has it: lower-case header names, and the body's bytes as they arrived. */
export interface RawRequest {
  readonly method: string
  readonly headers: HeaderBag
  /** `undefined` when the bytes are gone: a parser ran first. */
  readonly body: string | Uint8Array | undefined
}

/** Verified, or the answer to give. */
export type Checked = { readonly envelope: Envelope } | { readonly refusal: Answer }

/** Checks requests: method, size, encoding, signature over the raw bytes, timestamp, form. */
export interface Verification {
  /** The largest body, bytes. */
  readonly maxBodyBytes: number
  readonly logger: Logger
  /** The envelope, or the answer to give. */
  check(request: RawRequest): Checked
  /** Logs how to mend a set-up in which a parser ran first. */
  misconfigured(): Answer
}

const ONE_MIB = 1_048_576

const consoleLogger: Logger = {
  warn: (fields, message) => console.warn(`[webhooks] ${message}`, fields),
  error: (fields, message) => console.error(`[webhooks] ${message}`, fields),
}

/** @throws InvalidOptionsError when a secret is missing or too short. */
export const createVerification = (options: VerificationOptions): Verification => {
  const secrets = secretsOf(options.secret)
  const { maxBodyBytes = ONE_MIB, logger = consoleLogger, now = Date.now } = options
  const { toleranceMs, legacy, legacyMaxAgeMs } = options

  const misconfigured = (): Answer => {
    logger.error(
      {},
      'Misconfigured: a body parser, or another receiver, ran before the webhook receiver, so the signed bytes are gone. ' +
        'Mount the receiver before express.json(), or keep the bytes: app.use(express.json({ verify: keepRawBody })). ' +
        'Where you call receiver.handle, pass it the body as it arrived, not parsed.',
    )
    return REFUSALS.misconfigured
  }

  return {
    maxBodyBytes,
    logger,
    misconfigured,
    check: ({ method, headers, body }) => {
      if (method !== 'POST') return { refusal: REFUSALS.methodNotAllowed }
      const encoding = headers['content-encoding']
      if (encoding !== undefined && encoding !== 'identity') return { refusal: REFUSALS.unsupportedEncoding }
      if (typeof body !== 'string' && !(body instanceof Uint8Array)) return { refusal: misconfigured() }
      if (Buffer.byteLength(body) > maxBodyBytes) return { refusal: REFUSALS.tooLarge }
      const result = verify({ headers, body, secrets, now: now(), toleranceMs, legacy, legacyMaxAgeMs })
      if (result.ok) return result
      const { reason } = result
      logger.warn({ reason }, 'A webhook was refused')
      if (reason === 'missing_signature') return { refusal: REFUSALS.missingSignature }
      const unread = reason === 'malformed' || reason === 'header_mismatch'
      return { refusal: unread ? REFUSALS.malformed : REFUSALS.invalidSignature }
    },
  }
}

const secretsOf = (given: string | readonly string[] | undefined): readonly string[] => {
  const secrets = typeof given === 'string' ? [given] : Array.isArray(given) ? (given as string[]) : []
  if (secrets.length === 0 || secrets.some((secret) => typeof secret !== 'string' || secret === ''))
    throw new InvalidOptionsError(
      "secret: it is missing, empty, or not a string. Pass the subscription's appSecret, for example process.env.CMS_WEBHOOK_SECRET, " +
        'and check that the variable is set.',
    )
  for (const secret of secrets) {
    try {
      assertSecret(secret)
    } catch (error) {
      if (isWebhooksError(error)) throw new InvalidOptionsError(`secret: ${error.message}`, { cause: error })
      throw error
    }
  }
  return secrets
}
