import { NEVER, type RepairInput } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import { wakeLanes } from './wake-lanes.js'
import type { Sliced } from './verb.js'

const AT_ONCE = 200

/** By how much the clocks of sound processes on one host may differ, ms. */
const CLOCKS_DIFFER_MS = 1_000

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
    ['tried = 1 AND due_at > ?3 AND written_at > ?3', notYet],
    ['tried = 1 AND due_at > ?3', latestDueAt],
    ['tried = 0 AND created_at > ?3', Math.min(notYet, latestDueAt)],
  ] as const
  for (const [condition, instant] of conditions)
    for (let changes = AT_ONCE; changes === AT_ONCE; yield)
      ({ changes } = database
        .sql(
          `UPDATE pending SET tried = 1, written_at = ?1,
             due_at = min(?2, due_at - max(0, coalesce(written_at, created_at) - ?1))
           WHERE (created_at, event, sub) IN
             (SELECT created_at, event, sub FROM pending WHERE ${condition} LIMIT ${AT_ONCE})`,
        )
        .run(now, latestDueAt, instant))
}

/** The next subscription that something waits for. */
const firstAfter = (database: Database, sub: number): number | null => {
  const row = database.sql('SELECT sub FROM pending WHERE sub > ? ORDER BY sub LIMIT 1').get(sub)
  return row ? Number(row['sub']) : null
}

/** Paused subscriptions wait on purpose, and an owner whose lease runs knows what it does. */
const wakeSleeper = (database: Database, sub: number, now: number): boolean => {
  const subscriptionId = database.names.nameOf(sub)
  if (subscriptionId === null) return false
  const first = database
    .sql(
      `SELECT min(due_at) AS at FROM (
         SELECT min(due_at) AS due_at FROM pending WHERE sub = ?1 AND tried = 0
         UNION ALL SELECT min(due_at) FROM pending WHERE sub = ?1 AND tried = 1)`,
    )
    .get(sub)
  const lane = database.sql('SELECT token, lease_until, due_at FROM lanes WHERE sub = ?').get(sub)
  if (lane && lane['token'] !== null && Number(lane['lease_until']) > now) return false
  if (Number(lane?.['due_at'] ?? NEVER) <= Math.max(Number(first?.['at']), now)) return false
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
