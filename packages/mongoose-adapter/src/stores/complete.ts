import { type AttemptResult, type CompleteInput } from '@swigs/webhooks-dispatcher/storage-kit'
import { dropAttempts, dropOldAttempts, writeAttempts } from './attempts.js'
import type { StoreContext } from './context.js'
import { countMetrics } from './count-metrics.js'
import { countStats } from './count-stats.js'
import { halving } from './halving.js'
import { tokensOf } from './lane-tokens.js'
import { alike, outcome } from './outcome.js'

/**
 * One read of the lanes' tokens, one insert of attempts, one command of compare-and-sets, and at once one of statistics and an
 * insert of metrics. A lane that changes hands between the read and the write lets a truthful outcome through, never a second
 * one: the attempt count is part of the fence.
 *
 * Attempts come first: a process that dies between the two leaves one that no delivery names, which nobody sees and which goes
 * with its event; the other way round an outcome would stand there that nothing explains.
 *
 * Every outcome carries the name of its call, and so do the statistics. When a call is repeated after a lost answer, what is
 * there already is recognised, whoever has the lane by now, and what is not yet counted is counted: nothing is lost, and
 * nothing counts twice unless `CALLS_REMEMBERED` others of that subscription came between a try and its repetition. A
 * process that dies between the two loses the statistics of that batch, and nothing else.
 */
export const completeAll = async (context: StoreContext, input: CompleteInput): Promise<string[]> => {
  const { callId, now, results, progressed } = input
  const { at } = context
  const single = once(results)
  const held = await heldOf(context, single)
  await writeAttempts(context, held, callId)
  const applied = new Set(
    await halving(
      held,
      (some) => apply(context, some, now, callId),
      ({ deliveryId: id }) =>
        context.report.malformed({ noun: 'delivery', id, problem: 'no outcome can be written into it' }),
    ),
  )
  // Somebody moved one of them on, or this call has ended some when it was made before: it is written in them.
  const left = single.filter((result) => !applied.has(result))
  for (const result of await ownAmong(context, left, callId)) applied.add(result)
  await Promise.all([
    countStats(context, [...applied], callId),
    countMetrics(context, [...applied], input),
    dropAttempts(
      context,
      held.filter((result) => !applied.has(result)),
      callId,
    ),
    dropOldAttempts(context, [...applied]),
    progressed.length > 0 &&
      at().lanes.updateMany({ _id: { $in: [...progressed] } }, { $set: { strikes: 0, heldStrikes: 0 } }),
  ])
  return results.flatMap((result) => (applied.has(result) ? [] : result.deliveryId))
}

/** A delivery twice in one batch: the second would meet what the first has changed. */
const once = (results: readonly AttemptResult[]): AttemptResult[] => {
  const seen = new Set<string>()
  return results.filter(({ deliveryId }) => seen.size < seen.add(deliveryId).size)
}

const heldOf = async ({ at }: StoreContext, results: readonly AttemptResult[]): Promise<AttemptResult[]> => {
  if (results.length === 0) return []
  const tokens = await tokensOf(
    at().lanes,
    results.map(({ subscriptionId }) => subscriptionId),
  )
  return results.filter(({ subscriptionId, token }) => tokens.get(subscriptionId) === token)
}

/** All of them, or none that is known of. */
const apply = async (
  { at }: StoreContext,
  held: readonly AttemptResult[],
  now: number,
  callId: string,
): Promise<readonly AttemptResult[]> => {
  if (held.length === 0) return []
  const operations = alike(held).map((group) => outcome(group, now, callId))
  const { matchedCount } = await at().deliveries.bulkWrite(operations, { ordered: false })
  return matchedCount === held.length ? held : []
}

/** What this call has ended. */
const ownAmong = async (
  { at }: StoreContext,
  results: readonly AttemptResult[],
  callId: string,
): Promise<AttemptResult[]> => {
  if (results.length === 0) return []
  const ids = results.map(({ deliveryId }) => deliveryId)
  const found = at()
    .deliveries.find({ _id: { $in: ids }, calls: callId })
    .project<{ _id: string }>({ _id: 1 })
  const own = new Set((await found.toArray()).map(({ _id }) => _id))
  return results.filter(({ deliveryId }) => own.has(deliveryId))
}
