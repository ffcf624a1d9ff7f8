import type { Looked } from '../lists/look.js'
import type { FlowContext } from '../context.js'
import type { HeldLanes } from '../held-lanes.js'

/** What replays are worked off with. */
export interface ReplayParts {
  readonly context: FlowContext
  readonly held: HeldLanes
}

/** What a slice has come to. */
export interface ReplaySlice extends Looked {
  /** Deliveries that are to be sent. */
  readonly found: number
}
