import { metricsDeltas, minuteOf, type AttemptResult } from '@swigs/webhooks-dispatcher/storage-kit'
import { isDuplicate, isRefusedDocument } from '../errors.js'
import { fromParts, metricsCallId } from '../mapping/metrics.js'
import type { StoreContext } from './context.js'

/**
 * Writes down what a call counts in the minute of `now`, once per call: one document, which `foldMetrics` adds to the hours of
 * its subscriptions with many others at a time. Where it cannot be written, that is told and left: what was delivered is
 * delivered.
 */
export const countMetrics = async (
  { at, logger }: StoreContext,
  applied: readonly AttemptResult[],
  { callId, now }: { readonly callId: string; readonly now: number },
): Promise<void> => {
  if (applied.length === 0) return
  const parts = fromParts(metricsDeltas(applied))
  try {
    await at().metricsCalls.insertOne({ _id: metricsCallId(callId), at: minuteOf(now), state: 2, parts })
  } catch (error) {
    if (isDuplicate(error)) return
    if (!isRefusedDocument(error)) throw error
    logger.warn({ attempts: applied.length }, 'The metrics of some attempts could not be written')
  }
}
