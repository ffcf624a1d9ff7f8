import type { LaneRelease, LaneStore, LaneWindow } from '@swigs/webhooks-dispatcher'

type Held = Parameters<LaneStore['extend']>[0]['lanes'][number]

const stored = ({ ends, reserved }: LaneWindow) => ({ ends: [...ends], reserved })

// `updateMany` where an `_id` names one: see `settle.ts`.

/**
 * The leases that move together with a window, each fenced by its token. A lease never moves back: a write that was given up
 * and is done late must not end a lease that its owner has extended since.
 */
export const windowOperations = (held: readonly Held[], leaseUntil: number) =>
  held.flatMap(({ subscriptionId, token, window }) =>
    window
      ? [
          {
            updateMany: {
              filter: { _id: subscriptionId, token },
              update: { $max: { leaseUntil }, $set: { window: stored(window) } },
            },
          },
        ]
      : [],
  )

/** Two writes a lane, in order: as its owner says if nobody woke it; then, if it is still held, due now. */
export const releaseOperations = (lanes: readonly LaneRelease[], now: number) =>
  lanes.flatMap(
    ({ subscriptionId, token, wakeups, dueAt, availableAt, window, crashCount, quarantinedAt }) => {
      const rest = { token: null, leaseUntil: availableAt, window: stored(window), crashCount, quarantinedAt }
      const seen = { _id: subscriptionId, token, wakeups }
      return [
        { updateMany: { filter: seen, update: { $set: { ...rest, dueAt } } } },
        { updateMany: { filter: { _id: subscriptionId, token }, update: { $set: { ...rest, dueAt: now } } } },
      ]
    },
  )
