import { deliveryId, readRows, type QueuedDelivery } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'

const TRIED = 'p.attempt_count, p.schedule_step, p.once'
// Never tried: the index alone knows all of it.
const UNTRIED = '0 AS attempt_count, 0 AS schedule_step, 0 AS once'

/** Pending deliveries of a lane by `(due_at, event)`: those that were tried before and those that were not, merged. */
export const upcoming = (
  database: Database,
  { subscriptionId, limit }: { subscriptionId: string; limit: number },
): QueuedDelivery[] => {
  const sub = database.names.numberOf(subscriptionId)
  if (sub === null) return []
  const rows = (tried: 0 | 1): Row[] =>
    database
      .sql(
        `SELECT p.event, p.due_at, e.id AS event_id, ${tried ? TRIED : UNTRIED}
         FROM pending p LEFT JOIN events e ON e.n = p.event
         WHERE p.sub = ? AND p.tried = ${tried} ORDER BY p.due_at, p.event LIMIT ?`,
      )
      .all(sub, limit)
  const [tried, untried] = [rows(1), rows(0)]
  const merged = tried.length === 0 ? untried : [...tried, ...untried].sort(byDueTime).slice(0, limit)
  return readRows(
    merged,
    (row) => toQueued(row, subscriptionId),
    (row) => ({ noun: 'delivery', id: `event ${row['event']} to ${subscriptionId}` }),
    database,
  )
}

const byDueTime = (a: Row, b: Row): number =>
  Number(a['due_at']) - Number(b['due_at']) || Number(a['event']) - Number(b['event'])

const toQueued = (row: Row, subscriptionId: string): QueuedDelivery => {
  if (row['event_id'] === null) throw new Error('its event is not there')
  const eventId = String(row['event_id'])
  return {
    id: deliveryId(eventId, subscriptionId),
    eventId,
    subscriptionId,
    dueAt: Number(row['due_at']),
    attemptCount: Number(row['attempt_count']),
    scheduleStep: Number(row['schedule_step']),
    once: row['once'] === 1,
  }
}
