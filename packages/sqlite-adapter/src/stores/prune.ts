import type { Database } from '../database/database.js'
import { STATES } from './delivery-row.js'
import type { Sliced } from './verb.js'

/** Events looked at by one statement. */
const AT_ONCE = 50

const HAS_PENDING = `EXISTS (SELECT 1 FROM fan_outs f JOIN pending p ON p.created_at = f.created_at AND p.event = f.event
  WHERE f.event = e.n)`

/** Deletes replays that have ended, and events that are done, oldest first, with their deliveries. */
export function* prune(
  database: Database,
  { before, limit }: { before: number; limit: number },
): Sliced<number> {
  database.sql('DELETE FROM replays WHERE running = 0 AND created_at < ?').run(before)
  let pruned = 0
  let [at, n] = [-Infinity, 0]
  for (;;) {
    const rows = database
      .sql(
        `SELECT e.n, e.accepted_at, (EXISTS (SELECT 1 FROM unfanned WHERE event = e.n) OR ${HAS_PENDING}) AS busy
         FROM events e WHERE e.accepted_at < ? AND (e.accepted_at, e.n) > (?, ?) ORDER BY e.accepted_at, e.n LIMIT ?`,
      )
      .all(before, at, n, AT_ONCE)
    for (const row of rows) {
      ;[at, n] = [Number(row['accepted_at']), Number(row['n'])]
      if (row['busy'] === 1) continue
      forget(database, n)
      pruned += 1
      if (pruned === limit) return pruned
      yield
    }
    if (rows.length < AT_ONCE) return pruned
    yield
  }
}

const forget = (database: Database, event: number): void => {
  const ended = database
    .sql(
      `SELECT d.state, count(*) AS n FROM fan_outs f
       JOIN ended d ON d.created_at = f.created_at AND d.event = f.event WHERE f.event = ? GROUP BY d.state`,
    )
    .all(event)
  for (const row of ended) {
    const status = STATES[Number(row['state'])]
    if (status) database.tally({ [status]: -Number(row['n']) })
  }
  database
    .sql(
      `DELETE FROM ended_of WHERE (sub, created_at, event) IN (
         SELECT d.sub, d.created_at, d.event FROM fan_outs f
         JOIN ended d ON d.created_at = f.created_at AND d.event = f.event WHERE f.event = ?)`,
    )
    .run(event)
  database
    .sql(
      'DELETE FROM ended WHERE event = ?1 AND created_at IN (SELECT created_at FROM fan_outs WHERE event = ?1)',
    )
    .run(event)
  database.sql('DELETE FROM attempts WHERE event = ?').run(event)
  database.sql('DELETE FROM fan_outs WHERE event = ?').run(event)
  database.sql('DELETE FROM events WHERE n = ?').run(event)
}
