import { assertSecret, InvalidOptionsError, isWebhooksError } from '@swigs/webhooks-protocol'
import {
  A_BOOLEAN,
  A_COUNT,
  A_FUNCTION,
  anObjectWith,
  MILLISECONDS,
  type Expectation,
} from './check-options.js'
import type { Logger } from './logger.js'

/** What verification needs to know. */
export interface VerificationOptions {
  /** The subscription's `appSecret`; several while one is being rotated. */
  readonly secret: string | readonly string[] | undefined
  /** How far an attempt's timestamp may be from now, ms. Default 5 minutes. */
  readonly toleranceMs?: number | undefined
  /** Accept senders that sign with `X-Webhook-Signature` alone, as the first SWIGS sender did. Default `false`. */
  readonly legacy?: boolean | undefined
  /** How old such a sender's event may be, ms. Default 1 hour. */
  readonly legacyMaxAgeMs?: number | undefined
  /** The largest body, bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** How long all of a body may take to arrive, ms; then the answer is 408. Default 10 seconds. */
  readonly bodyTimeoutMs?: number | undefined
  /**
   * pino-shaped. Default: the console. What it throws or rejects with is dropped; of the lines that a stranger can cause, it
   * gets ten a minute of each kind, and then how many more there were.
   */
  readonly logger?: Logger | undefined
  /** Epoch ms; for tests. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** What the options of verification have to be. */
export const VERIFICATION_OPTIONS: Readonly<Record<keyof VerificationOptions, Expectation>> = {
  // Looked at by `secretsOf`, which says more.
  secret: ['a secret', () => true],
  toleranceMs: MILLISECONDS,
  legacy: A_BOOLEAN,
  legacyMaxAgeMs: MILLISECONDS,
  maxBodyBytes: A_COUNT,
  bodyTimeoutMs: A_COUNT,
  logger: anObjectWith('a pino-shaped logger', 'warn', 'error'),
  now: A_FUNCTION,
}

/** @throws InvalidOptionsError when a secret is missing, too short, or has white space or quotes around it. */
export const secretsOf = (given: string | readonly string[] | undefined): readonly string[] => {
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
