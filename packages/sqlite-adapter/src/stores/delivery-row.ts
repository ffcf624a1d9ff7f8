import type {
  Attempt,
  Delivery,
  DeliveryReason,
  DeliveryStatus,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { deliveryId } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { nullableNumber, nullableText, packed, unpacked } from './values.js'

/** States of ended deliveries by their number; 0 is never stored. */
export const STATES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'cancelled']

/** The columns of an attempt, in the order of `attemptValues`. */
export const ATTEMPT_COLUMNS =
  'number, started_at, duration_ms, status_code, error_class, error, response_body, truncated, retry_after_ms, ' +
  'repeated, response_headers, address'

export const attemptValues = ({
  number,
  startedAt,
  durationMs,
  statusCode,
  errorClass,
  error,
  responseBody,
  truncated,
  retryAfterMs,
  repeated,
  responseHeaders,
  address,
}: Attempt): (string | number | null)[] => [
  number,
  startedAt,
  durationMs,
  statusCode,
  errorClass,
  packed(error),
  packed(responseBody),
  Number(truncated),
  retryAfterMs ?? null,
  repeated ? 1 : null,
  responseHeaders ? JSON.stringify(responseHeaders) : null,
  address ?? null,
]

const toAttempt = (row: Row): Attempt => ({
  number: Number(row['number']),
  startedAt: Number(row['started_at']),
  durationMs: Number(row['duration_ms']),
  statusCode: nullableNumber(row['status_code']),
  errorClass: nullableText(row['error_class']) as Attempt['errorClass'],
  error: unpacked(row['error']),
  responseBody: unpacked(row['response_body']),
  truncated: row['truncated'] === 1,
  ...(row['retry_after_ms'] != null && { retryAfterMs: Number(row['retry_after_ms']) }),
  ...(row['repeated'] === 1 && { repeated: true }),
  ...(row['response_headers'] != null && { responseHeaders: headersOf(row['response_headers']) }),
  ...(row['address'] != null && { address: nullableText(row['address']) }),
})

/** What is not as it was written takes nothing else away. */
const headersOf = (stored: unknown): Record<string, string> | null => {
  try {
    const headers: unknown = JSON.parse(String(stored))
    return typeof headers === 'object' ? (headers as Record<string, string> | null) : null
  } catch {
    return null
  }
}

/** Values of an attempt where none was made. */
export const NO_ATTEMPT: readonly null[] = Array<null>(12).fill(null)

/** What an attempt is written with. */
export const ATTEMPT_PLACES = '?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?'

/** Earlier attempts lie apart; the last one is in the record of a delivery that it ended. */
const attemptsOf = (database: Database, row: Row): Attempt[] => {
  const hasOwn = row['started_at'] != null
  if (Number(row['attempt_count']) === Number(hasOwn)) return hasOwn ? [toAttempt(row)] : []
  const earlier = database
    .sql(`SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE event = ? AND sub = ? ORDER BY ordinal`)
    .all(Number(row['event']), Number(row['sub']))
  return [...earlier, ...(hasOwn ? [row] : [])].map(toAttempt)
}

/**
 * A row of `pending` or of `ended`, with `event_id`, `type` and `site` of its event.
 * @throws Error naming what is missing
 */
export const toDelivery =
  (database: Database) =>
  (row: Row): Delivery => {
    const { names } = database
    const eventId = nullableText(row['event_id'])
    const subscriptionId = names.nameOf(Number(row['sub']))
    const eventType = names.nameOf(Number(row['type']))
    if (eventId === null || eventType === null) throw new Error('its event is not there')
    if (subscriptionId === null) throw new Error('its subscription has no name')
    const state = Number(row['state'] ?? 0)
    const status = STATES[state]
    if (status === undefined) throw new Error('state is unknown')
    const settledAt = nullableNumber(row['settled_at'])
    const createdAt = Number(row['created_at'])
    return {
      id: deliveryId(eventId, subscriptionId),
      eventId,
      eventType,
      siteId: row['site'] === null ? null : names.nameOf(Number(row['site'])),
      subscriptionId,
      status,
      reason: nullableText(row['reason']) as DeliveryReason | null,
      dueAt: Number(row['due_at'] ?? settledAt),
      createdAt,
      settledAt,
      attemptCount: Number(row['attempt_count']),
      scheduleStep: Number(row['schedule_step']),
      once: row['once'] === 1,
      attempts: attemptsOf(database, row),
    }
  }
