import type { Health } from '../core/health.js'
import type { Lane, LaneWindow } from '../core/lane.js'
import type { AttemptResult } from '../core/attempt-result.js'
import type { FlowContext } from './context.js'
import type { Slots } from './slots.js'

/** What the lanes of one process share. */
export interface LaneContext extends FlowContext {
  readonly slots: Slots
  readonly health: {
    get(subscriptionId: string): Health | undefined
    set(subscriptionId: string, health: Health): void
  }
  /** Ends an attempt durably; `false` when it changed nothing. */
  settle(result: AttemptResult, clearsCrashes: boolean): Promise<boolean>
  /** Stores a window and moves the lease; answers the new lease's end (monotonic), or `null` when the lane is lost. */
  reserve(lane: Lane, window: LaneWindow): Promise<number | null>
  /** The store failed. */
  report(operation: string, error: unknown): void
  /** The receiver at `url` is gone. */
  deactivate(subscriptionId: string, url: string): Promise<void>
}
