import type { Health } from '../core/health.js'
import type { Lane, LaneWindow } from '../core/lane.js'
import type { ClockSteps } from './clock-steps.js'
import type { Completer } from './completer.js'
import type { FlowContext } from './context.js'
import type { Deadlines } from './deadlines.js'
import type { MalformedRows } from './malformed-rows.js'
import type { Slots } from './slots.js'

/** What the runners of one process share. */
export interface RunnerContext extends FlowContext {
  readonly slots: Slots
  readonly completer: Completer
  readonly health: HealthRecord
  readonly deadlines: Deadlines
  readonly steps: ClockSteps
  /** Rows that were found to be unreadable. */
  readonly malformed: Pick<MalformedRows, 'has'>
  /** Stores a window and moves the lease; answers the new lease's end (monotonic), or `null` when the lane is lost. */
  reserve(lane: Lane, window: LaneWindow): Promise<number | null>
}

/** How endpoints behave, as this process sees them, by subscription. */
export interface HealthRecord {
  get(subscriptionId: string): Health | undefined
  set(subscriptionId: string, health: Health): void
}
