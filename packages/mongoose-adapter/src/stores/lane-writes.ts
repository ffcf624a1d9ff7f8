import type { ExtendInput, LaneRelease } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { LaneDocument } from '../documents.js'
import { fromWindow } from '../mapping/lane.js'

// `updateMany` where an `_id` names one: see `outcome.ts`.

/**
 * A lease never moves back: a write that was given up and is done late must not end a lease that its owner has extended since.
 */
export const extension = ({ now, leaseMs }: ExtendInput) => ({
  $max: { leaseUntil: now + leaseMs },
  $set: { leaseMs },
})

/** The leases that move together with a window, each fenced by its token. */
export const windowOperations = (input: ExtendInput) =>
  input.lanes.flatMap(({ subscriptionId: _id, token, window }) => {
    if (!window) return []
    const { $max, $set } = extension(input)
    const update = { $max, $set: { ...$set, window: fromWindow(window) } }
    return [{ updateMany: { filter: { _id, token }, update } }]
  })

/** As its owner says: what holds where nobody woke the lane or lifted its hold, as nearly always. */
export const releaseOperation = (given: LaneRelease, now: number) => ({
  updateMany: {
    filter: { ...held(given), wakeups: given.wakeups, ...notLifted(given) },
    update: { $set: { ...afterwards(given, now), dueAt: given.dueAt } },
  },
})

/** In order, for a lane that is held still: a wake leaves it due now, a lift leaves it free. */
export const lateReleaseOperations = (given: LaneRelease, now: number) => {
  const free = { ...given, hold: null }
  const seen = { ...held(given), wakeups: given.wakeups }
  const update = (release: LaneRelease, dueAt: number) => ({ $set: { ...afterwards(release, now), dueAt } })
  return [
    {
      updateMany: { filter: { ...held(given), ...notLifted(given) }, update: update(given, now) },
    },
    { updateMany: { filter: seen, update: update(free, given.dueAt) } },
    { updateMany: { filter: held(given), update: update(free, now) } },
  ]
}

const held = ({ subscriptionId: _id, token }: LaneRelease) => ({ _id, token })

/** Lanes of version 0.1 have no such field, and no lift either. */
const notLifted = ({ lifts }: LaneRelease): mongo.Filter<LaneDocument> => ({
  lifts: lifts === 0 ? { $in: [0, null as never] } : lifts,
})

const afterwards = ({ hold, window, crashCount, quarantinedAt }: LaneRelease, now: number) => ({
  token: null,
  leaseUntil: hold ? now + hold.forMs : 0,
  leaseMs: hold?.forMs ?? 0,
  hold: hold && { reason: hold.reason, cause: hold.cause, forMs: hold.forMs },
  window: fromWindow(window),
  strikes: crashCount,
  heldStrikes: quarantinedAt,
})
