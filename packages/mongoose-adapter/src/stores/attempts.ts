import { MAX_ATTEMPTS_KEPT, type AttemptResult } from '@swigs/webhooks-dispatcher/storage-kit'
import { attemptId, attemptsWithin } from '../attempt-ids.js'
import { duplicatesOf } from '../errors.js'
import { fromAttempt } from '../mapping/delivery.js'
import type { StoreContext } from './context.js'

const deliveryOf = ({ deliveryId: id, subscriptionId }: AttemptResult) => ({ id, subscriptionId })

const idOf = (result: AttemptResult, callId: string): string => attemptId(deliveryOf(result), callId)

/** Those of a call that is made again are there already. */
export const writeAttempts = async (
  { at }: StoreContext,
  results: readonly AttemptResult[],
  callId: string,
): Promise<void> => {
  if (results.length === 0) return
  const documents = results.map((result) => fromAttempt(idOf(result, callId), result.attempt))
  await at().attempts.insertMany(documents, { ordered: false }).catch(duplicatesOf)
}

/** Takes back what was written for results that were not let through. */
export const dropAttempts = async (
  { at }: StoreContext,
  results: readonly AttemptResult[],
  callId: string,
): Promise<void> => {
  if (results.length === 0) return
  await at().attempts.deleteMany({ _id: { $in: results.map((result) => idOf(result, callId)) } })
}

/** Of deliveries that are sent again and again, the latest are kept. */
export const dropOldAttempts = async (
  { at }: StoreContext,
  results: readonly AttemptResult[],
): Promise<void> => {
  const operations = results
    .filter(({ expectedAttemptCount }) => expectedAttemptCount >= MAX_ATTEMPTS_KEPT)
    .map((result) => ({
      deleteMany: {
        filter: {
          _id: attemptsWithin(deliveryOf(result)),
          number: { $lte: result.expectedAttemptCount + 1 - MAX_ATTEMPTS_KEPT },
        },
      },
    }))
  if (operations.length > 0) await at().attempts.bulkWrite(operations, { ordered: false })
}
