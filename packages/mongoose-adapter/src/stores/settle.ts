import { type LaneStore, type Logger, type AttemptResult } from '@swigs/webhooks-dispatcher'
import { callNames, type CallName } from '../call-names.js'
import type { Collections } from '../collections.js'
import { countStats } from './count-stats.js'
import { tokensOf } from './lane-tokens.js'
import { fence, outcome } from './outcome.js'

type SettleInput = Parameters<LaneStore['complete']>[0]

/**
 * One read of the lanes' tokens, one bulk of compare-and-sets, one bulk of statistics. A lane that changes hands between
 * the read and the write lets a truthful outcome through, never a second one: the attempt count is part of the fence.
 *
 * Every outcome carries the name of its call, and so do the statistics. When a call is repeated after a lost answer, what is
 * there already is recognised, whoever has the lane by now, and what is not yet counted is counted: nothing is lost, and
 * nothing counts twice unless `CALLS_REMEMBERED` others of that subscription came between a try and its repetition. A
 * process that dies between the two bulks loses the statistics of that batch, and nothing else.
 */
export const settling = (logger: Pick<Logger, 'warn'>) => {
  const callOf = callNames()

  return async (collections: Collections, input: SettleInput): Promise<string[]> => {
    const { now, results, progressed } = input
    const call = callOf(input)
    const single = once(results)
    const before = call.repeated ? await ownAmong(collections, single, call) : []
    const rest = single.filter((result) => !before.includes(result))
    const held = await heldOf(collections, rest)
    const applied = [...before, ...(held.length > 0 ? await apply(collections, held, now, call) : [])]
    await countStats(collections, applied, call, logger)
    if (progressed.length > 0)
      await collections.lanes.updateMany(
        { _id: { $in: [...progressed] } },
        { $set: { crashCount: 0, quarantinedAt: 0 } },
      )
    const changed = new Set(applied)
    return results.flatMap((result) => (changed.has(result) ? [] : result.deliveryId))
  }
}

/** A delivery twice in one batch: the second would meet what the first has changed. */
const once = (results: readonly AttemptResult[]): AttemptResult[] => {
  const seen = new Set<string>()
  return results.filter(({ deliveryId }) => seen.size < seen.add(deliveryId).size)
}

const heldOf = async (
  { lanes }: Collections,
  results: readonly AttemptResult[],
): Promise<AttemptResult[]> => {
  if (results.length === 0) return []
  const tokens = await tokensOf(
    lanes,
    results.map(({ subscriptionId }) => subscriptionId),
  )
  return results.filter(({ subscriptionId, token }) => tokens.get(subscriptionId) === token)
}

/**
 * `updateMany` where an `_id` names one: the driver makes no retryable writes of those, for which the server keeps a record of
 * every statement (a bulk of 64 took half as long again with it, measured). The fence makes them safe to repeat as it is.
 */
const apply = async (
  collections: Collections,
  held: readonly AttemptResult[],
  now: number,
  call: CallName,
): Promise<AttemptResult[]> => {
  const operations = held.map((result) => ({
    updateMany: { filter: fence(result), update: outcome(result, now, call.id) },
  }))
  const { matchedCount } = await collections.deliveries.bulkWrite(operations, { ordered: false })
  // Fewer: somebody moved one of them on. Which ones are this call's is written in them.
  return matchedCount === held.length ? [...held] : ownAmong(collections, held, call)
}

const ownAmong = async (
  { deliveries }: Collections,
  results: readonly AttemptResult[],
  { id: settledBy }: CallName,
): Promise<AttemptResult[]> => {
  const ids = results.map(({ deliveryId }) => deliveryId)
  const found = deliveries.find({ _id: { $in: ids }, settledBy }).project<{ _id: string }>({ _id: 1 })
  const own = new Set((await found.toArray()).map(({ _id }) => _id))
  return results.filter(({ deliveryId }) => own.has(deliveryId))
}
