import { statsDeltas, type Logger, type AttemptResult } from '@swigs/webhooks-dispatcher'
import type { CallName } from '../call-names.js'
import type { Collections } from '../collections.js'
import { isUnavailable } from '../errors.js'
import { toObjectId } from '../mapping.js'

/** Calls remembered with a subscription, so that a repeated one counts once. */
const CALLS_REMEMBERED = 8

/**
 * One `$inc` per subscription and batch, once per call. A document that cannot be counted in (its `stats` is no object, say)
 * is reported and left: what was delivered is delivered, and the other subscriptions must not wait for it.
 */
export const countStats = async (
  collections: Collections,
  applied: readonly AttemptResult[],
  { id: call }: CallName,
  logger: Pick<Logger, 'warn'>,
): Promise<void> => {
  const operations = [...statsDeltas(applied)].flatMap(([id, { sent, failed, lastSentAt, lastError }]) => {
    const _id = toObjectId(collections, id)
    if (!_id) return []
    const $set = {
      ...(lastSentAt !== null && { 'stats.lastSentAt': new Date(lastSentAt) }),
      ...(lastError !== null && { 'stats.lastError': lastError }),
    }
    const update = {
      $inc: { 'stats.totalSent': sent, 'stats.totalFailed': failed },
      $push: { countedCalls: { $each: [call], $slice: -CALLS_REMEMBERED } },
      ...(Object.keys($set).length > 0 && { $set }),
    }
    return { updateMany: { filter: { _id, countedCalls: { $ne: call } }, update } }
  })
  if (operations.length === 0) return
  await collections.subscriptions.bulkWrite(operations, { ordered: false }).catch((error: unknown) => {
    if (isUnavailable(error)) throw error
    const { codeName, code } = error as { codeName?: unknown; code?: unknown }
    logger.warn({ code: codeName ?? code }, 'The statistics of a subscription could not be written')
  })
}
