/** A due time that never comes: the lane has nothing to do. The largest instant that a Date can hold. */
export const NEVER = 8_640_000_000_000_000

/** The rate window of a lane as it is stored; see `rate-window.ts` for the rule. */
export interface LaneWindow {
  /** Epoch ms at which the latest attempts ended, oldest first, at most `limit` of them. */
  readonly ends: readonly number[]
  /** Permits taken and not yet seen to end: after a crash each counts as used. */
  readonly reserved: number
}

/** The queue in front of one subscription, as its new owner sees it. */
export interface Lane {
  readonly subscriptionId: string
  /** Of this acquisition; every later write carries it. */
  readonly token: string
  /** Epoch ms until which nobody else may take it. */
  readonly leaseUntil: number
  /** Counts every wake: a release that has not seen the latest one leaves the lane due. */
  readonly wakeups: number
  readonly window: LaneWindow
  /** Acquisitions since the lane last made progress, this one included. */
  readonly strikes: number
  /** `strikes` when the lane was last set aside; 0 when it was not. */
  readonly heldStrikes: number
}

/** A lane as anyone may read it. */
export interface LaneState extends Omit<Lane, 'token'> {
  readonly token: string | null
  /** Epoch ms of the earliest work; `NEVER` when idle. */
  readonly dueAt: number
}

/** The window of a lane that has sent nothing. */
export const EMPTY_WINDOW: LaneWindow = { ends: [], reserved: 0 }
