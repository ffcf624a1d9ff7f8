import { MAX_ATTEMPTS_KEPT, type AttemptResult } from '@swigs/webhooks-dispatcher/storage-kit'
import { endsWithLane } from '../attempt-ids.js'
import { STATES } from '../mapping/delivery.js'

/**
 * Results that change their deliveries alike, in one update each: nearly all are delivered at the first try. An id that does
 * not end with its lane's is looked at by itself, as its lane alone can tell whose it is.
 */
export const alike = (results: readonly AttemptResult[]): AttemptResult[][] => {
  const groups = new Map<string, AttemptResult[]>()
  for (const result of results) {
    const { status, reason, dueAt, scheduleStep, expectedAttemptCount, deliveryId, subscriptionId } = result
    const own = endsWithLane({ id: deliveryId, subscriptionId }) ? '' : deliveryId
    const key = [status, reason, dueAt, scheduleStep, expectedAttemptCount, own].join(' ')
    const group = groups.get(key)
    if (group) group.push(result)
    else groups.set(key, [result])
  }
  return [...groups.values()]
}

/**
 * What one group changes, where the deliveries are as their lanes' owners knew them. `updateMany` even of one: the driver makes
 * no retryable writes of those, for which the server keeps a record of every statement, and the fence makes them safe to
 * repeat as it is.
 */
export const outcome = (group: readonly AttemptResult[], now: number, call: string) => {
  const [{ status, reason, dueAt, scheduleStep, expectedAttemptCount }] = group as [AttemptResult]
  const filter = {
    _id: { $in: group.map(({ deliveryId }) => deliveryId) },
    lane: { $in: [...new Set(group.map(({ subscriptionId }) => subscriptionId))] },
    state: 0,
    attemptCount: expectedAttemptCount,
  }
  const $set = {
    state: STATES.indexOf(status),
    reason,
    scheduleStep,
    ...(dueAt !== null && { dueAt }),
    ...(status === 'pending'
      ? { settledAt: null, writtenAt: now }
      : { settledAt: now, doneAt: new Date(now) }),
  }
  const $push = { calls: { $each: [call], $slice: -MAX_ATTEMPTS_KEPT } }
  return { updateMany: { filter, update: { $set, $inc: { attemptCount: 1 }, $push } } }
}
