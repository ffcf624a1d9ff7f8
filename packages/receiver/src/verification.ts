import { verify, type Envelope, type Rejected } from '@swigs/webhooks-protocol'
import { REFUSALS, type Answer } from './answers.js'
import { consoleLogger, safeLogger, type SafeLogger } from './logger.js'
import { readRequest } from './read-request.js'
import type { ReceiverRequest } from './request.js'
import { secretsOf, type VerificationOptions } from './verification-options.js'

/** Verified, or the answer to give. */
export type Checked = { readonly envelope: Envelope } | { readonly refusal: Answer }

/** Reads and verifies requests. */
export interface Verification {
  readonly logger: SafeLogger
  /** The envelope, or the answer to give: head, body, signature over its bytes, timestamp, form. */
  check(request: ReceiverRequest): Promise<Checked>
}

/** @throws InvalidOptionsError when a secret is missing, too short, or has white space or quotes around it. */
export const createVerification = (options: VerificationOptions): Verification => {
  const secrets = secretsOf(options.secret)
  const { maxBodyBytes = 1_048_576, bodyTimeoutMs = 10_000, now = Date.now } = options
  const { toleranceMs, legacy, legacyMaxAgeMs } = options
  const logger = safeLogger(options.logger ?? consoleLogger)

  return {
    logger,
    check: async (request) => {
      const read = await readRequest(request, { maxBodyBytes, bodyTimeoutMs })
      if ('refusal' in read) {
        if (read.fix !== undefined)
          logger.limited('error', 'misconfigured', {}, `${MISCONFIGURED} ${read.fix}`)
        return read
      }
      const result = verify({ ...read, secrets, now: now(), toleranceMs, legacy, legacyMaxAgeMs })
      if (result.ok) return result
      const { reason, header } = result
      logger.limited('warn', reason, { reason, ...(header && { header }) }, 'A webhook was refused')
      return { refusal: refusalOf(result) }
    },
  }
}

const MISCONFIGURED =
  'Misconfigured: something read the body before the webhook receiver, so the signed bytes are gone.'

const refusalOf = ({ reason, header = '' }: Rejected): Answer => {
  switch (reason) {
    case 'missing_signature':
      return REFUSALS.missingSignature
    case 'repeated_header':
      return REFUSALS.repeatedHeader(header)
    case 'malformed':
    case 'header_mismatch':
      return REFUSALS.malformed
    case 'bad_signature':
    case 'timestamp_out_of_tolerance':
      return REFUSALS.invalidSignature
  }
}
