import type { NewDelivery } from '../../core/delivery.js'
import type { StoredEvent } from '../../core/event.js'
import type { EventQuery } from './lists.js'

/**
 * Events, from their acceptance until their deliveries exist, and as a record after that. Indexes: by id; those not fanned
 * out, by `visibleAt`; newest first by `(acceptedAt, id)`, alone and behind each of `SERVED_FILTERS.events`.
 */
export interface EventStore {
  /**
   * Inserts events that nobody has fanned out yet; an id that exists is left as it is. Sweeps leave them alone until
   * `visibleAt`. Answers for each, in order, whether this call, known by its `callId`, has stored it. With the caller's
   * `session`: a plain insert for each on that session and nothing else; a store without transactions throws
   * `SessionUnsupportedError`.
   */
  append(input: AppendInput): Promise<boolean[]>
  /** Events not fanned out with `visibleAt ≤ now`, oldest first. */
  unfanned(query: { now: number; limit: number }): Promise<StoredEvent[]>
  /**
   * In this order: inserts the deliveries (those that exist are left as they are), wakes their lanes (creating them), marks
   * the events fanned out. Any prefix may be repeated. A delivery's id is `deliveryId` of its event and its subscription, so
   * that a storage may keep those two for it; one whose event is not there may be left out. Waking: `dueAt = min(dueAt, now)`, `wakeups + 1`. `announce`: no
   * worker runs in this process, so that `watch` of the others has to tell.
   */
  fanOut(input: FanOutInput): Promise<void>
  /** Those that exist, in any order. */
  get(eventIds: readonly string[]): Promise<StoredEvent[]>
  /** Newest first by `(acceptedAt, id)`. */
  list(query: EventQuery): Promise<StoredEvent[]>
}

export interface AppendInput {
  readonly callId: string
  readonly events: readonly StoredEvent[]
  readonly visibleAt: number
  readonly session?: unknown
}

export interface FanOutInput {
  readonly now: number
  readonly eventIds: readonly string[]
  readonly deliveries: readonly NewDelivery[]
  readonly announce?: boolean | undefined
}
