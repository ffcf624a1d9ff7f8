import { readRows, type StorageReport, type StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'
import { fromText, fromTextOrNull, toText, toTextOrNull } from '../text.js'

/** An event as its table has it. */
export interface EventRow {
  readonly id: string
  readonly type: string
  readonly site_id: string | null
  readonly body: string
  readonly occurred_at: number
  readonly accepted_at: number
  readonly target: string | null
  readonly trace: string | null
}

/** The columns of an event, of the table called `e`. */
export const EVENT_COLUMNS =
  'e.id, e.type, e.site_id, e.body, e.occurred_at, e.accepted_at, e.target, e.trace'

/** As it is stored. */
export const eventRow = (event: StoredEvent): EventRow => ({
  id: toText(event.id),
  type: toText(event.type),
  site_id: toTextOrNull(event.siteId),
  body: toText(event.body),
  occurred_at: event.occurredAt,
  accepted_at: event.acceptedAt,
  target: toTextOrNull(event.target),
  trace: toTextOrNull(event.trace ?? null),
})

/** The events of rows; one that cannot be read is reported and passed over. */
export const readEvents = (rows: readonly EventRow[], report: StorageReport): StoredEvent[] =>
  readRows(rows, toEvent, ({ id }) => ({ noun: 'event', id }), report)

const toEvent = (row: EventRow): StoredEvent => ({
  id: fromText(row.id),
  type: fromText(row.type),
  siteId: fromTextOrNull(row.site_id),
  body: fromText(row.body),
  occurredAt: row.occurred_at,
  acceptedAt: row.accepted_at,
  target: fromTextOrNull(row.target),
  trace: fromTextOrNull(row.trace),
})
