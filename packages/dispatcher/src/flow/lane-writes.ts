import type { AttemptResult } from '../core/attempt-result.js'
import type { LaneRelease, LaneStore } from '../ports/storage/lanes.js'
import type { Batch, FlowContext } from './context.js'

type LaneExtension = Parameters<LaneStore['extend']>[0]['lanes'][number]

/** What the held lanes of a process write, all of them together. */
export interface LaneWrites {
  /** Answers whether it was applied. */
  readonly settles: Batch<{ result: AttemptResult; clearsCrashes: boolean }, boolean>
  /** Answers the new lease's end (monotonic), or `null` when the lane is lost. */
  readonly reserves: Batch<LaneExtension, number | null>
  readonly releases: Batch<LaneRelease, void>
}

/** Gathers the writes of lanes into batches. */
export const laneWrites = ({ storage, clock, settings, batch }: FlowContext): LaneWrites => ({
  // Nobody waits for a settle: a longer linger makes fewer and larger commits.
  settles: batch({
    maxSize: 64,
    lingerMs: 8,
    inFlight: 2,
    write: async (items) => {
      const results = items.map(({ result }) => result)
      const progressed = items.flatMap((item) => (item.clearsCrashes ? item.result.subscriptionId : []))
      const rejected = new Set(await storage.lanes.complete({ now: clock.now(), results, progressed }))
      return results.map(({ deliveryId }) => !rejected.has(deliveryId))
    },
  }),
  reserves: batch({
    maxSize: 64,
    lingerMs: 1,
    inFlight: 2,
    write: async (lanes) => {
      const leaseEnds = clock.monotonic() + settings.leaseMs
      const held = new Set(await storage.lanes.extend({ leaseUntil: clock.now() + settings.leaseMs, lanes }))
      return lanes.map(({ subscriptionId }) => (held.has(subscriptionId) ? leaseEnds : null))
    },
  }),
  releases: batch<LaneRelease, void>({
    maxSize: 64,
    lingerMs: 1,
    inFlight: 2,
    write: async (lanes) => {
      await storage.lanes.release({ now: clock.now(), lanes })
      return lanes.map(() => undefined)
    },
  }),
})
