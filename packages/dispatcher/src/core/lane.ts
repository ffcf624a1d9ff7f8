/** A due time that never comes: the lane has nothing to do. The largest instant that a Date can hold. */
export const NEVER = 8_640_000_000_000_000

/** The rate window of a lane as it is stored; see `rate-window.ts` for the rule. */
export interface LaneWindow {
  /** Epoch ms at which the latest attempts ended, oldest first, at most `limit` of them. */
  readonly ends: readonly number[]
  /** Permits taken and not yet seen to end: after a crash each counts as used. */
  readonly reserved: number
}

/** Why nothing is sent to a subscription for a time. */
export interface LaneHold {
  readonly reason: HoldReason
  /** What it was made for, and ends with: the limit as it was (`100/60000`), the URL that asked, or nothing. */
  readonly cause: string
  /** Ms from its writing to its end. */
  readonly forMs: number
}

export type HoldReason = 'rate_limit' | 'retry_after' | 'quarantine' | 'own_fault' | 'malformed'

/** The queue in front of one subscription, as its new owner sees it. */
export interface Lane {
  readonly subscriptionId: string
  /** Of this acquisition; every later write carries it. */
  readonly token: string
  /** Epoch ms until which nobody else may take it. */
  readonly leaseUntil: number
  /** Ms from the latest write of `leaseUntil` to it: nothing further ahead than this is believed. */
  readonly leaseMs: number
  /** Counts every wake: a release that has not seen the latest one leaves the lane due. */
  readonly wakeups: number
  /** Counts how often a hold was lifted: a release that has not seen the latest one holds nothing. */
  readonly lifts: number
  readonly window: LaneWindow
  /** Acquisitions since the lane last made progress, this one included. */
  readonly crashCount: number
  /** `crashCount` when the lane was last quarantined; 0 when it was not. */
  readonly quarantinedAt: number
}

/** A lane as anyone may read it. */
export interface LaneState extends Omit<Lane, 'token'> {
  readonly token: string | null
  /** Epoch ms of the earliest work; `NEVER` when idle. */
  readonly dueAt: number
  /** Why nobody may take it before `leaseUntil`; `null` when it is free, or has an owner. */
  readonly hold: LaneHold | null
}

/** The window of a lane that has sent nothing. */
export const EMPTY_WINDOW: LaneWindow = { ends: [], reserved: 0 }

/** The window of a lane whose stored one cannot be read: whatever its limit is, it is used up. */
export const FULL_WINDOW: LaneWindow = { ends: [], reserved: 10_000 }
