import type { MalformedRow } from '../ports/storage/report.js'

/** How much there is to do. */
export interface Stats {
  /** Events accepted and not yet turned into deliveries. */
  readonly pendingEvents: number
  readonly pending: number
  /** Pending and due now; what waits for a paused subscription is among it. */
  readonly due: number
  /** Requests that this process has under way. */
  readonly inFlight: number
  /** Subscriptions that this process is serving just now. */
  readonly lanesHeld: number
  /** How long the oldest due delivery has waited, ms; 0 when none is due. */
  readonly oldestDueAgeMs: number
  /** When there is next something to do; `null` when nothing is pending. */
  readonly nextDueAt: Date | null
  readonly delivered: number
  readonly failed: number
  readonly cancelled: number
  /** Rows of the storage that this process could not read and has passed over, 1,000 at most: what is wrong, never what is in them. */
  readonly malformed: readonly MalformedRow[]
}
