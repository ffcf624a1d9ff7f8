import { deliveryId, readRows, type QueuedDelivery } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { QUEUE_WITH_PENDING } from './queue.js'

/** Events whose place is remembered at a time. */
const MOST_REMEMBERED = 20_000

/** Pending deliveries of a lane by `(due_at, event)`: those that were tried before and those that were not, merged. */
export const upcoming = (
  database: Database,
  { subscriptionId, limit }: { subscriptionId: string; limit: number },
): QueuedDelivery[] => {
  const sub = database.names.numberOf(subscriptionId)
  if (sub === null) return []
  const [tried, untried] = [firstOf(database, sub, 1, limit), firstOf(database, sub, 0, limit)]
  const merged = tried.length === 0 ? untried : [...tried, ...untried].sort(byDueTime).slice(0, limit)
  return readRows(
    merged,
    (row) => toQueued(database, row, subscriptionId),
    (row) => ({ noun: 'delivery', id: `event ${row['event']} to ${subscriptionId}` }),
    database,
  )
}

/** The first `limit` entries that are good; stale ones, of which there are few, are passed over. */
const firstOf = (database: Database, sub: number, tried: 0 | 1, limit: number): Row[] => {
  const good: Row[] = []
  let [dueAt, event] = [-Infinity, 0]
  for (;;) {
    const rows = database
      .sql(
        `SELECT q.event, q.due_at, p.created_at, p.attempt_count, p.schedule_step, p.once, e.id AS event_id
         FROM ${QUEUE_WITH_PENDING} LEFT JOIN events e ON e.n = q.event
         WHERE q.sub = ? AND q.tried = ? AND (q.due_at, q.event) > (?, ?) ORDER BY q.due_at, q.event LIMIT ?`,
      )
      .all(sub, tried, dueAt, event, limit)
    for (const row of rows) if (row['attempt_count'] !== null) good.push(row)
    const last = rows.at(-1)
    if (!last || rows.length < limit || good.length >= limit) return good.slice(0, limit)
    ;[dueAt, event] = [Number(last['due_at']), Number(last['event'])]
  }
}

const byDueTime = (a: Row, b: Row): number =>
  Number(a['due_at']) - Number(b['due_at']) || Number(a['event']) - Number(b['event'])

const toQueued = (database: Database, row: Row, subscriptionId: string): QueuedDelivery => {
  if (row['event_id'] === null) throw new Error('its event is not there')
  const eventId = String(row['event_id'])
  remember(database, eventId, row)
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

/** What is read to be sent is soon to end: then its place need not be searched for. */
const remember = ({ places }: Database, eventId: string, row: Row): void => {
  if (places.has(eventId)) return
  if (places.size >= MOST_REMEMBERED) places.clear()
  places.set(eventId, { event: Number(row['event']), createdAt: Number(row['created_at']) })
}
