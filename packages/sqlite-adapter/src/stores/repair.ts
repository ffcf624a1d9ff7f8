import { CLOCKS_DIFFER_MS, NEVER, type RepairInput } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import { putOff } from './put-off.js'
import { upcoming } from './upcoming.js'
import { wakeLanes } from './wake-lanes.js'
import type { Sliced } from './verb.js'

const AT_ONCE = 200

/** Wakes lanes that sleep past their work, and brings back what wrong clocks have left too far ahead. */
export function* repair(
  database: Database,
  { now, latestDueAt, latestVisibleAt }: RepairInput,
): Sliced<number> {
  const repaired = new Set<number>()
  const ahead = database
    .sql('UPDATE lanes SET lease_until = ?1 + lease_ms WHERE lease_until > ?2 + lease_ms RETURNING sub')
    .all(now, now + CLOCKS_DIFFER_MS)
  for (const row of ahead) repaired.add(Number(row['sub']))
  database.sql('UPDATE unfanned SET visible_at = ?1 WHERE visible_at > ?1').run(latestVisibleAt)
  database
    .sql(
      `UPDATE unfanned SET visible_at = ?1 WHERE visible_at > ?1
       AND (SELECT accepted_at FROM events WHERE n = unfanned.event) > ?2`,
    )
    .run(now, now + CLOCKS_DIFFER_MS)
  yield
  yield* bringBackRetries(database, now, latestDueAt)
  for (let sub = firstAfter(database, -1); sub !== null; sub = firstAfter(database, sub)) {
    if (wakeSleeper(database, sub, now)) repaired.add(sub)
    yield
  }
  return repaired.size
}

/** What was written at an instant that is not there yet is due as long after now as it was meant to be after that. */
function* bringBackRetries(database: Database, now: number, latestDueAt: number): Sliced<void> {
  const notYet = now + CLOCKS_DIFFER_MS
  const conditions = [
    ['tried = 1 AND due_at > ?1 AND written_at > ?1', notYet],
    ['tried = 1 AND due_at > ?1', latestDueAt],
    ['tried = 0 AND created_at > ?1', Math.min(notYet, latestDueAt)],
  ] as const
  for (const [condition, instant] of conditions)
    for (let found = AT_ONCE; found === AT_ONCE; yield) {
      const rows = database.sql(`SELECT * FROM pending WHERE ${condition} LIMIT ${AT_ONCE}`).all(instant)
      found = rows.length
      for (const row of rows) {
        const writtenAt = Number(row['written_at'] ?? row['created_at'])
        const dueAt = Math.min(latestDueAt, Number(row['due_at']) - Math.max(0, writtenAt - now))
        putOff(database, row, dueAt, now)
      }
    }
}

/** The next subscription that something waits for, as far as its queue says. */
const firstAfter = (database: Database, sub: number): number | null => {
  const row = database.sql('SELECT sub FROM lane_queue WHERE sub > ? ORDER BY sub LIMIT 1').get(sub)
  return row ? Number(row['sub']) : null
}

/** Paused subscriptions wait on purpose, and an owner whose lease runs knows what it does. */
const wakeSleeper = (database: Database, sub: number, now: number): boolean => {
  const subscriptionId = database.names.nameOf(sub)
  if (subscriptionId === null) return false
  const [first] = upcoming(database, { subscriptionId, limit: 1 })
  const lane = database.sql('SELECT token, lease_until, due_at FROM lanes WHERE sub = ?').get(sub)
  if (!first || (lane && lane['token'] !== null && Number(lane['lease_until']) > now)) return false
  if (Number(lane?.['due_at'] ?? NEVER) <= Math.max(first.dueAt, now)) return false
  if (sleepsOnPurpose(database, sub)) return false
  wakeLanes(database, [subscriptionId], now)
  return true
}

const sleepsOnPurpose = (database: Database, sub: number): boolean =>
  database
    .sql(
      `SELECT 1 FROM subscriptions WHERE sub = ? AND (is_active = 0 OR
         (json_valid(record) AND json_extract(record, '$.pausedAt') IS NOT NULL))`,
    )
    .get(sub) !== undefined
