import type { At } from './at.js'
import { dropPartitions } from './drop-partitions.js'

/** Deletes old events that are done, with their deliveries; answers how many events went. */
export const pruneEvents = async (
  at: At,
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<number> => {
  const { database, schema } = at
  await dropPartitions(at, before)
  await database.query(`DELETE FROM ${schema}.replays WHERE NOT running AND created_at < $1`, [before])
  const [pruned] = await database.query<{ events: number }>(
    `WITH old AS MATERIALIZED (
       SELECT e.id, floor(e.accepted_at / 86400000)::integer AS day FROM ${schema}.events e
       WHERE e.accepted_at < $1
         AND NOT EXISTS (SELECT FROM ${schema}.unfanned u WHERE u.event_id = e.id)
         AND NOT EXISTS (SELECT FROM ${schema}.pending p WHERE p.event_id = e.id)
       ORDER BY e.accepted_at LIMIT $2
     ), gone AS (
       DELETE FROM ${schema}.settled s USING old WHERE s.event_id = old.id AND s.day = old.day
       RETURNING s.day, s.state
     ), tallied AS (
       INSERT INTO ${schema}.tally (day, delivered, failed, cancelled)
       SELECT day, -count(*) FILTER (WHERE state = 1), -count(*) FILTER (WHERE state = 2),
         -count(*) FILTER (WHERE state = 3) FROM gone GROUP BY day
     ), deleted AS (
       DELETE FROM ${schema}.events e USING old WHERE e.id = old.id RETURNING e.id
     )
     SELECT count(*)::integer AS events FROM deleted`,
    [before, limit],
  )
  return pruned?.events ?? 0
}
