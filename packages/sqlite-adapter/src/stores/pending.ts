import type { Database } from '../database/database.js'
import { enqueue, enqueueAll } from './queue.js'

/** Deliveries of one event that begin to wait together. */
interface NewPending {
  readonly event: number
  readonly subs: readonly number[]
  readonly dueAt: number
  readonly createdAt: number
  readonly once: boolean
  readonly now: number
}

/** Within a write: makes deliveries pending; those that exist, pending or ended, are left as they are. */
export const insertPending = (
  database: Database,
  { event, subs, dueAt, createdAt, once, now }: NewPending,
): void => {
  const tried = Number(once || dueAt !== createdAt)
  const values = 'SELECT ?, ?, value, ?, ?, 0, 0, ?, ? FROM json_each(?)'
  const isFirst = database.sql('SELECT 1 FROM fan_outs WHERE event = ? LIMIT 1').get(event) === undefined
  database.sql('INSERT OR IGNORE INTO fan_outs VALUES (?, ?)').run(event, createdAt)
  const list = JSON.stringify(subs)
  const bound = [createdAt, event, tried, dueAt, Number(once), tried ? now : null, list]
  // A repeated fan-out may carry another creation time: what exists under an earlier one is looked for.
  const { changes } = isFirst
    ? database.sql(`INSERT INTO pending ${values}`).run(...bound)
    : database
        .sql(
          `INSERT INTO pending ${values} WHERE NOT (${EXISTS_IN('pending')}) AND NOT (${EXISTS_IN('ended')})`,
        )
        .run(...bound, event, event)
  database.tally({ pending: changes })
  // Also for those that are there already: an entry that says what is not so is stale, and does no harm.
  if (tried) for (const sub of subs) enqueue(database, { sub, event, createdAt, dueAt })
  else enqueueAll(database, event, list, dueAt)
}

const EXISTS_IN = (table: 'pending' | 'ended'): string =>
  `EXISTS (SELECT 1 FROM fan_outs f JOIN ${table} d ON d.created_at = f.created_at AND d.event = f.event
     AND d.sub = value WHERE f.event = ?)`
