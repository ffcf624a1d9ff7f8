import { NEVER } from '@swigs/webhooks-dispatcher'
import type { Database } from '../database.js'

/** Within the caller's transaction: `dueAt = min(dueAt, now)`, `wakeups + 1`, creating the lane where there is none. */
export const wakeLane = (database: Database, subscriptionId: string, now: number): void => {
  database
    .sql(
      `INSERT INTO lanes VALUES (?, NULL, 0, ?, 1, '[]', 0, 0, 0)
       ON CONFLICT (subscription_id) DO UPDATE SET due_at = min(due_at, excluded.due_at), wakeups = wakeups + 1`,
    )
    .run(subscriptionId, Math.min(now, NEVER))
}
