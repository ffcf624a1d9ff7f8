import type { Delivery } from './delivery.js'

/** `failed`: what failed. `missing`: what matches now and has no delivery. `all`: everything that matches now. */
export type ReplayWhich = 'failed' | 'missing' | 'all'

/** `running → done | cancelled`. */
export type ReplayState = 'running' | 'done' | 'cancelled'

/** What is to go out again; what is `null` does not restrict. */
export interface ReplayScope {
  readonly which: ReplayWhich
  readonly subscriptionId: string | null
  readonly type: string | null
  readonly siteId: string | null
  /** Epoch ms: of what happened (or failed, with `bySettled`) at or after. */
  readonly since: number
  /** Epoch ms: before. */
  readonly until: number
  /** The time is when deliveries failed, not when they were made. */
  readonly bySettled: boolean
  /** Epoch ms: when it was asked for. What settled later has been sent again already. */
  readonly createdAt: number
}

/** A place in a list that is sorted by `(at, id)`. */
export interface ReplayCursor {
  readonly at: number
  readonly id: string
}

/** A time that is sent again, and how far that has come. */
export interface Replay extends ReplayScope {
  /** `rpl_…` */
  readonly id: string
  /** Unique to each write of it: a write that does not know the latest one changes nothing. */
  readonly revision: string
  readonly state: ReplayState
  /** Deliveries that it will send, as counted when it was asked for. */
  readonly total: number
  /** There may be more: not all was looked at. */
  readonly atLeast: boolean
  /** Deliveries that it has dealt with. */
  readonly done: number
  /** Deliveries among them that go out again. */
  readonly sent: number
  /** Where the next slice begins; `null` at the beginning. */
  readonly cursor: ReplayCursor | null
  /** Epoch ms until which a process works on it; 0 when none does. */
  readonly leaseUntil: number
  /** Epoch ms; `null` while it is running. */
  readonly finishedAt: number | null
}

/** Whether a delivery is sent again: settled before the replay, so that a slice that is repeated takes nothing twice; no test. */
export const isSettledBefore = (
  { settledAt, once }: Pick<Delivery, 'settledAt' | 'once'>,
  { createdAt }: Pick<ReplayScope, 'createdAt'>,
): boolean => settledAt !== null && settledAt < createdAt + 1 && !once
