import type { Delivery } from '../../core/delivery.js'
import { isSettledBefore, type ReplayScope } from '../../core/replay.js'
import type { PageQuery } from '../../ports/storage/lists.js'
import { deliveryLooks } from '../lists/look.js'
import { toThoseOn } from '../lists/to-those-on.js'
import { sendAgain } from './again.js'
import type { ReplayParts, ReplaySlice } from './replay-parts.js'

/** Of what failed in a time: what is still failed, for subscriptions that are there, and on. */
export const failedSlice = async (
  parts: ReplayParts,
  scope: ReplayScope,
  { apply, ...page }: PageQuery & { readonly apply: boolean },
): Promise<ReplaySlice> => {
  const { storage } = parts.context
  const { subscriptionId, type, siteId, since, until, bySettled } = scope
  const look = deliveryLooks(storage, {
    status: 'failed',
    subscriptionId: subscriptionId ?? undefined,
    type: type ?? undefined,
    siteId: siteId ?? undefined,
    ...(!bySettled && { since, until }),
  })
  const { rows, lookedAt, after } = await look(page)
  const isIn = ({ settledAt }: Delivery) =>
    !bySettled || (settledAt !== null && settledAt >= since && settledAt < until)
  const wanted = rows.filter((row) => isSettledBefore(row, scope) && isIn(row))
  const settled = await toThoseOn(storage, wanted)
  if (apply) await sendAgain(parts, { settled, made: [], now: scope.createdAt })
  return { found: settled.length, lookedAt, after }
}
