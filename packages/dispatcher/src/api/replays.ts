import type { ReplayState, ReplayWhich } from '../core/replay.js'
import type { InstantInput, Page, PageInput } from './page.js'
import type { Actor } from './subscriptions.js'

/** What to send again: what happened in a time. Filters together restrict. */
export interface ReplayInput extends Actor {
  /** To this subscription alone. */
  subscriptionId?: string | undefined
  /** Events of this type alone. */
  type?: string | undefined
  /** Events of this site alone. */
  siteId?: string | undefined
  /** Happened at or after; Date, epoch ms or ISO 8601. */
  since: InstantInput
  /** Happened before; default: now. */
  until?: InstantInput | undefined
  /**
   * `failed`: what failed. `missing`: what matches a subscription now and has no delivery, as it was off, or not there, when it
   * happened. `all`: everything that matches now, delivered or not; what is pending goes out by itself.
   */
  which: ReplayWhich
  /** Only count. Default `false`. */
  dryRun?: boolean | undefined
}

/** What was begun. */
export interface ReplayBegun {
  /** `rpl_…`; `null` after a dry run. */
  readonly id: string | null
  /** Deliveries that go out, or would. */
  readonly count: number
  /** Not everything was looked at (10,000 rows at most): there may be more. */
  readonly atLeast: boolean
}

/** A time that is sent again, as people see it. */
export interface ReplayView {
  readonly id: string
  readonly state: ReplayState
  readonly which: ReplayWhich
  readonly subscriptionId: string | null
  readonly type: string | null
  readonly siteId: string | null
  readonly since: Date
  readonly until: Date
  /** Deliveries to send, as counted at the beginning. */
  readonly total: number
  /** Not everything was looked at for `total`: there may be more. */
  readonly atLeast: boolean
  /** Deliveries that it has dealt with so far. */
  readonly done: number
  /** Of those, how many go out again. */
  readonly sent: number
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

/** `webhooks.replays`: times that are sent again, and how far that has come. */
export interface Replays {
  /** @throws NotFoundError */
  get(id: string): Promise<ReplayView>
  /** Newest first. @throws InvalidOptionsError; InvalidCursorError */
  list(query?: PageInput): Promise<Page<ReplayView>>
  /** Sends nothing more by it; what it has made due already goes out. @throws NotFoundError; ConflictError when it has ended */
  cancel(id: string, by?: Actor): Promise<ReplayView>
}
