import { fromText } from '../text.js'
import { CLOCKS_DIFFER_MS, type RepairInput } from '@swigs/webhooks-dispatcher/storage-kit'
import type { At } from './at.js'
import { wakeStatement } from './wake.js'

/**
 * Mends what should not happen; answers how many lanes it changed. Each statement commits by itself: none holds lanes while
 * it waits for others.
 */
export const repairLanes = async (
  { database, schema }: At,
  { now, latestDueAt, latestVisibleAt }: RepairInput,
): Promise<number> => {
  const repaired = new Set<string>()
  const note = (rows: readonly { id: string }[]) => rows.forEach(({ id }) => repaired.add(fromText(id)))
  note(
    await database.query<{ id: string }>(
      `UPDATE ${schema}.lanes SET lease_until = $1::double precision + lease_ms
       WHERE lease_until > $1::double precision + lease_ms + ${CLOCKS_DIFFER_MS} RETURNING subscription_id AS id`,
      [now],
    ),
  )
  await database.query(
    `UPDATE ${schema}.pending SET due_at = least(due_at - greatest(written_at - $1, 0), $2), written_at = $1
     WHERE written_at > $1::double precision + ${CLOCKS_DIFFER_MS} OR due_at > $2`,
    [now, latestDueAt],
  )
  await database.query(`UPDATE ${schema}.unfanned SET visible_at = $1 WHERE visible_at > $1`, [
    latestVisibleAt,
  ])
  await database.query(
    `UPDATE ${schema}.unfanned u SET visible_at = $1 FROM ${schema}.events e
     WHERE e.id = u.event_id AND u.visible_at > $1 AND e.accepted_at > $1::double precision + ${CLOCKS_DIFFER_MS}`,
    [now],
  )
  const first = `SELECT subscription_id, min(due_at) AS due_at FROM ${schema}.pending GROUP BY subscription_id`
  await database.query(
    `UPDATE ${schema}.lanes l SET floor_at = first.due_at FROM (${first}) first
     WHERE l.subscription_id = first.subscription_id AND l.floor_at > first.due_at`,
  )
  const asleep = `SELECT first.subscription_id FROM (${first}) first
    LEFT JOIN ${schema}.lanes l ON l.subscription_id = first.subscription_id
    LEFT JOIN ${schema}.subscriptions s ON s.id = first.subscription_id
    WHERE (l.token IS NULL OR l.lease_until <= $1) AND (s.id IS NULL OR (s.is_active AND s.paused_at IS NULL))
      AND (l.subscription_id IS NULL OR l.due_at > greatest(first.due_at, $1) + ${CLOCKS_DIFFER_MS})`
  note(
    await database.query<{ id: string }>(
      `${wakeStatement(schema, asleep)} RETURNING l.subscription_id AS id`,
      [now],
    ),
  )
  await database.query(
    `WITH summed AS (DELETE FROM ${schema}.tally RETURNING *)
     INSERT INTO ${schema}.tally SELECT day, sum(delivered), sum(failed), sum(cancelled) FROM summed GROUP BY day`,
  )
  return repaired.size
}
