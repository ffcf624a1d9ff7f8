import {
  readRows,
  type Attempt,
  type Delivery,
  type DeliveryReason,
  type DeliveryStatus,
  type StorageReport,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { fromText, fromTextOrNull, toTextOrNull } from '../text.js'

/** States as they are stored, by number; what is pending has a table of its own. */
export const STATES = ['pending', 'delivered', 'failed', 'cancelled'] as const satisfies DeliveryStatus[]

/** The number of a state. */
export const stateOf = (status: DeliveryStatus): number => STATES.indexOf(status)

/** A delivery as its tables have it. */
export interface DeliveryRow {
  readonly id: string
  readonly event_id: string
  readonly event_type: string
  readonly site_id: string | null
  readonly subscription_id: string
  readonly state: number
  readonly reason: string | null
  readonly due_at: number
  readonly created_at: number
  readonly settled_at: number | null
  readonly attempt_count: number
  readonly schedule_step: number
  readonly once: boolean
  /** A JSON array of attempts, each a JSON text, without what receivers answered. */
  readonly attempts: string
  /** A JSON array of what receivers answered; absent in lists. */
  readonly answers?: string
}

const SHARED = `id, event_id, event_type, site_id, subscription_id, due_at, created_at, attempt_count, schedule_step, once,
  array_to_json(attempts)::text AS attempts`

/** The columns of a pending delivery, as those of any delivery. */
export const PENDING_COLUMNS = `${SHARED}, 0 AS state, NULL::text AS reason, NULL::double precision AS settled_at`

/** The columns of a settled delivery. */
export const SETTLED_COLUMNS = `${SHARED}, state, reason, settled_at`

/** What receivers answered, for those who ask for one delivery. */
export const ANSWERS_COLUMN = 'array_to_json(answers)::text AS answers'

/** The deliveries of rows; what cannot be read is reported and passed over. */
export const readDeliveries = (rows: readonly DeliveryRow[], report: StorageReport): Delivery[] =>
  readRows(
    rows,
    (row) => toDelivery(row, report),
    ({ id }) => ({ noun: 'delivery', id }),
    report,
  )

const toDelivery = (row: DeliveryRow, report: StorageReport): Delivery => {
  const status = STATES[row.state]
  if (!status) throw new TypeError('state is none of those known')
  return {
    id: fromText(row.id),
    eventId: fromText(row.event_id),
    eventType: fromText(row.event_type),
    siteId: fromTextOrNull(row.site_id),
    subscriptionId: fromText(row.subscription_id),
    status,
    reason: row.reason as DeliveryReason | null,
    dueAt: row.due_at,
    createdAt: row.created_at,
    settledAt: row.settled_at,
    attemptCount: row.attempt_count,
    scheduleStep: row.schedule_step,
    once: row.once,
    attempts: readAttempts(row, report),
  }
}

const readAttempts = ({ id, attempts, answers }: DeliveryRow, report: StorageReport): Attempt[] => {
  const bodies = answers === undefined ? [] : (JSON.parse(answers) as (string | null)[])
  const texts = (JSON.parse(attempts) as string[]).map((text, index) => ({
    text,
    body: bodies[index] ?? null,
  }))
  return readRows(texts, toAttempt, () => ({ noun: 'attempt', id }), report)
}

const toAttempt = ({ text, body }: { text: string; body: string | null }): Attempt => {
  const record = JSON.parse(text) as Omit<Attempt, 'responseBody'> | null
  if (typeof record?.number !== 'number') throw new TypeError('number is not a number')
  return { ...record, responseBody: fromTextOrNull(body) }
}

/** An attempt as it is stored: what was answered stands apart, as lists have no use for it. */
export const attemptTexts = ({
  responseBody,
  ...record
}: Attempt): { attempt: string; answer: string | null } => ({
  attempt: JSON.stringify(record),
  answer: toTextOrNull(responseBody),
})
