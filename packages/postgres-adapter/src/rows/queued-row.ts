import type { QueuedDelivery } from '@swigs/webhooks-dispatcher/storage-kit'
import { fromText } from '../text.js'

/** What the owner of a lane needs of a pending delivery, as the table has it. */
export interface QueuedRow {
  readonly id: string
  readonly event_id: string
  readonly subscription_id: string
  readonly due_at: number
  readonly attempt_count: number
  readonly schedule_step: number
  readonly once: boolean
}

/** The delivery of a row: all of its columns are typed, so that there is none that cannot be read. */
export const readQueued = (row: QueuedRow): QueuedDelivery => ({
  id: fromText(row.id),
  eventId: fromText(row.event_id),
  subscriptionId: fromText(row.subscription_id),
  dueAt: row.due_at,
  attemptCount: row.attempt_count,
  scheduleStep: row.schedule_step,
  once: row.once,
})
