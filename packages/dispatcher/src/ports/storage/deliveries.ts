import type { Delivery, DeliveryReason } from '../../core/delivery.js'
import type { DeliveryQuery } from './lists.js'

/**
 * Deliveries as people ask for them and change them. Indexes: by id; newest first by `(createdAt, id)`, alone and behind each
 * of `SERVED_FILTERS.deliveries`.
 */
export interface DeliveryStore {
  /** With its attempts, oldest first. */
  get(id: string): Promise<Delivery | null>
  /** Newest first by `(createdAt, id)`. Without what receivers answered (`responseBody: null`). */
  list(query: DeliveryQuery): Promise<Delivery[]>
  /**
   * Makes settled deliveries pending again: due at `now`, the schedule at its start, retried like any other. Pending ones that
   * are due later become due at `now`, and keep their schedule. Wakes the lanes of all that exist.
   */
  resend(input: { ids: readonly string[]; now: number }): Promise<void>
  /** Gives up what is pending, as `cancelled` unless told; others are left as they are. */
  cancel(input: CancelInput): Promise<void>
}

export interface CancelInput {
  readonly ids: readonly string[]
  readonly reason: DeliveryReason
  readonly now: number
  /** Default `'cancelled'`. */
  readonly status?: 'cancelled' | 'failed' | undefined
}
