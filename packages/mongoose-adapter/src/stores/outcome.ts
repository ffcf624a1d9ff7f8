import { MAX_ATTEMPTS_KEPT, type AttemptResult } from '@swigs/webhooks-dispatcher'
import { STATES } from '../mapping.js'

/** The delivery as its lane's owner knew it: pending, with so many attempts. */
export const fence = ({ deliveryId, subscriptionId, expectedAttemptCount }: AttemptResult) => ({
  _id: deliveryId,
  lane: subscriptionId,
  state: 0,
  attemptCount: expectedAttemptCount,
})

/** What the end of an attempt changes, in one update. */
export const outcome = (
  { status, reason, dueAt, scheduleStep, attempt }: AttemptResult,
  now: number,
  settledBy: string,
) => ({
  $set: {
    settledBy,
    state: STATES.indexOf(status),
    reason,
    dueAt,
    scheduleStep,
    ...(status === 'pending' ? { settledAt: null } : { settledAt: now, doneAt: new Date(now) }),
  },
  $inc: { attemptCount: 1 },
  $push: { attempts: { $each: [attempt], $slice: -MAX_ATTEMPTS_KEPT } },
})
