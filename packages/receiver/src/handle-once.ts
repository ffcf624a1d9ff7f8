import { randomUUID } from 'node:crypto'
import { errorName, type Envelope } from '@swigs/webhooks-protocol'
import { ACCEPTED, REFUSALS, type Answer } from './answers.js'
import { LATE, within } from './deadline.js'
import type { BoundedDedupe } from './dedupe.js'
import type { SafeLogger } from './logger.js'

/** What handling once needs. */
export interface Once {
  readonly dedupe: BoundedDedupe
  readonly logger: SafeLogger
  /** How long a claim holds, ms. */
  readonly claimMs: number
  /** The handlers. */
  readonly run: (event: Envelope, signal: AbortSignal) => Promise<void>
}

/**
 * Claims an event's id, has it handled, and answers for it. Never throws. A claim is a lease: a handler that is not done by
 * its end is told by its signal and no longer waited for, and the sender's next try is handled.
 */
export const handleOnce = async (
  event: Envelope,
  { dedupe, logger, claimMs, run }: Once,
): Promise<Answer> => {
  const { id, event: type } = event
  const token = randomUUID()

  const handle = async (signal: AbortSignal): Promise<Answer> => {
    const claim = await dedupe.claim(id, { token, claimMs })
    if (claim === 'done') return ACCEPTED.duplicate
    if (claim === 'in_progress') return REFUSALS.inProgress
    if (claim === 'busy') return REFUSALS.busy
    if (claim === 'failed') return REFUSALS.handlerFailed
    try {
      await run(event, signal)
    } catch (error) {
      logger.error({ id, event: type, err: errorName(error) }, 'A webhook handler failed')
      await dedupe.release(id, token)
      return REFUSALS.handlerFailed
    }
    // Also when it is late: handled is handled. A store that fails here makes a try more likely, and no event undone.
    await dedupe.complete(id, token)
    return ACCEPTED.handled
  }

  // From before the claim, so that the signal never comes after its end.
  const given = await within(claimMs, handle)
  if (given !== LATE) return given
  logger.error({ id, event: type, claimMs }, 'A webhook handler took longer than claimMs')
  return REFUSALS.handlerFailed
}
