import type { DeliveryStatus } from '../../core/delivery.js'

/** Counting, deleting what is old, and mending. */
export interface Maintenance {
  /** Counts by state. Cheap: fit for a health check at a million rows. */
  counts(query: { now: number }): Promise<StorageCounts>
  /**
   * Deletes up to `limit` events accepted before `before` that are fanned out and have no pending delivery, with their
   * deliveries, and replays that began before that and are not running. Answers how many events went.
   */
  prune(input: { before: number; limit: number }): Promise<number>
  /**
   * Mends what should not happen, and answers how many lanes it changed. Lanes that sleep past their earliest pending
   * delivery are woken; those that an owner holds under a lease that runs, or whose subscription is paused or off, sleep on
   * purpose. What clocks that were
   * wrong have left too far ahead comes back to what it can be at most: a lease or a hold to `now + leaseMs` of its own; a
   * pending delivery that was last written (by its fan-out, `complete` or `resend`) at an instant that is not there yet, to as
   * long after `now` as it was due after that; every pending delivery to `latestDueAt`; an event that is not fanned out to
   * `latestVisibleAt`, and to `now` if it was accepted more than a second after that. Lanes follow their deliveries.
   */
  repair(input: RepairInput): Promise<number>
}

export interface RepairInput {
  readonly now: number
  /** Epoch ms: no retry can be meant for later. */
  readonly latestDueAt: number
  /** Epoch ms: no event can be left alone by sweeps for longer. */
  readonly latestVisibleAt: number
}

/** Deliveries by state, and what waits. */
export interface StorageCounts extends Readonly<Record<DeliveryStatus, number>> {
  /** Events not fanned out yet. */
  readonly pendingEvents: number
  /** Pending deliveries with `dueAt ≤ now`. */
  readonly due: number
  /** Epoch ms: the earliest `dueAt` of those; `null` when none is due. */
  readonly oldestDueAt: number | null
  /** Epoch ms: the earliest `max(dueAt, leaseUntil)` of all lanes that are not idle; `null` when all are. */
  readonly nextDueAt: number | null
}
