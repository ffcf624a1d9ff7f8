import type { Database } from '../database/database.js'

/** Within a write: `dueAt = min(dueAt, now)`, `wakeups + 1`, making the lanes that are not there. */
export const wakeLanes = (database: Database, subscriptionIds: readonly string[], now: number): void => {
  const subs = [...new Set(subscriptionIds)].map((id) => database.names.make(id))
  if (subs.length === 0) return
  database
    .sql(
      `INSERT INTO lanes SELECT value, NULL, 0, 0, ?, 1, 0, 0, 0, NULL, NULL FROM json_each(?) WHERE true
       ON CONFLICT (sub) DO UPDATE SET due_at = min(due_at, excluded.due_at), wakeups = wakeups + 1`,
    )
    .run(now, JSON.stringify(subs))
}
