import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { dequeue, enqueue } from './queue.js'

/** Within a write: gives a pending delivery, a row of `pending`, another due time, written at `now`. */
export const putOff = (database: Database, row: Row, dueAt: number, now: number): void => {
  const [createdAt, event, sub] = [Number(row['created_at']), Number(row['event']), Number(row['sub'])]
  dequeue(database, row)
  database
    .sql(
      'UPDATE pending SET tried = 1, due_at = ?, written_at = ? WHERE created_at = ? AND event = ? AND sub = ?',
    )
    .run(dueAt, now, createdAt, event, sub)
  enqueue(database, { sub, event, createdAt, dueAt })
}
