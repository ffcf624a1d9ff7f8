import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'

/** Entries of a lane that may be stale before they are swept: one page is written for so many. */
const SWEEP_AT = 32

/** Entries looked at by a sweep, from the first. */
const SWEPT = 64

/** An entry of the queue is good while its delivery waits, and is due when the entry says. */
const GOOD = `p.created_at = coalesce(q.created_at, q.due_at) AND p.event = q.event AND p.sub = q.sub
  AND p.tried = q.tried AND p.due_at = q.due_at`

/** The queue with what waits in it; stale entries have no `p`. */
export const QUEUE_WITH_PENDING = `lane_queue q LEFT JOIN pending p ON ${GOOD}`

/** Within a write: puts deliveries that were never tried into the queues of their lanes. */
export const enqueueAll = (database: Database, event: number, subs: string, dueAt: number): void => {
  database
    .sql('INSERT OR IGNORE INTO lane_queue SELECT value, 0, ?, ?, NULL FROM json_each(?)')
    .run(dueAt, event, subs)
}

/** Within a write: puts a delivery that was tried, or is due at another time than its creation, into the queue of its lane. */
export const enqueue = (
  database: Database,
  { sub, event, createdAt, dueAt }: { sub: number; event: number; createdAt: number; dueAt: number },
): void => {
  database.sql('INSERT OR REPLACE INTO lane_queue VALUES (?, 1, ?, ?, ?)').run(sub, dueAt, event, createdAt)
}

/** Within a write: takes the entry of a pending delivery out, at once. */
export const dequeue = (database: Database, row: Row): void => {
  database
    .sql('DELETE FROM lane_queue WHERE sub = ? AND tried = ? AND due_at = ? AND event = ?')
    .run(Number(row['sub']), Number(row['tried']), Number(row['due_at']), Number(row['event']))
}

/**
 * Within a write: an entry of a lane is stale now. It is left where it is until there are some: deliveries of many lanes end
 * together, and each entry is on a page of its own.
 */
export const leaveStale = (database: Database, sub: number): void => {
  const stale = (database.stale.get(sub) ?? 0) + 1
  database.stale.set(sub, stale < SWEEP_AT ? stale : 0)
  if (stale < SWEEP_AT) return
  for (const tried of [0, 1])
    database
      .sql(
        `DELETE FROM lane_queue WHERE (sub, tried, due_at, event) IN (
           SELECT q.sub, q.tried, q.due_at, q.event FROM (
             SELECT * FROM lane_queue WHERE sub = ? AND tried = ? ORDER BY due_at, event LIMIT ${SWEPT}) q
           WHERE NOT EXISTS (SELECT 1 FROM pending p WHERE ${GOOD}))`,
      )
      .run(sub, tried)
}
