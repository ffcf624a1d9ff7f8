import { isUnavailable } from '../errors.js'
import type { At } from './at.js'

/** Writes of lanes between two looks at how large their table is. */
const LOOK_EVERY = 2_000
/** Bytes that a table of few lanes may have, and so many more for each. */
const MOST_BYTES = 1024 * 1024
const BYTES_A_LANE = 4_096
/** After a renewal that had to be given up, ms. */
const REST_MS = 30_000

const COLUMNS = `subscription_id, token, lease_until, lease_ms, due_at, floor_at, wakeups, lifts, rate_window, crash_count,
  quarantined_at, hold, sent, failed, last_sent_at, last_error,
  failing_since, last_failed_at`

/**
 * Makes the table of lanes anew when it is mostly made of rows that are no more: while a transaction stays open anywhere,
 * PostgreSQL clears nothing away, each look at a lane passes over every state that it has had since, and vacuum does not help.
 * There are few lanes: moving them takes milliseconds, for which everybody waits. Answers what is to be told of writes.
 */
export const renewLanes = ({ database, schema }: At): ((rows: number) => void) => {
  let writes = 0
  let restsUntil = 0
  let looking = false

  const look = async () => {
    const [table] = await database.query<{ crowded: boolean }>(
      `SELECT pg_relation_size('${schema}.lanes') > ${MOST_BYTES}
         AND pg_relation_size('${schema}.lanes') > ${BYTES_A_LANE} * (SELECT count(*) FROM ${schema}.lanes) AS crowded`,
    )
    if (!table?.crowded) return
    await database.transaction(async (query) => {
      // Whoever reads the table for long, such as a backup, is not waited for.
      await query("SET LOCAL lock_timeout = '100ms'")
      await query(`LOCK TABLE ${schema}.lanes, ${schema}.lanes_aside IN ACCESS EXCLUSIVE MODE`)
      await query(`INSERT INTO ${schema}.lanes_aside (${COLUMNS}) SELECT ${COLUMNS} FROM ${schema}.lanes`)
      await query(`TRUNCATE ${schema}.lanes`)
      await query(`INSERT INTO ${schema}.lanes (${COLUMNS}) SELECT ${COLUMNS} FROM ${schema}.lanes_aside`)
      await query(`TRUNCATE ${schema}.lanes_aside`)
    })
  }

  return (rows) => {
    writes += rows
    if (writes < LOOK_EVERY || looking || performance.now() < restsUntil) return
    writes = 0
    looking = true
    look()
      .catch((error: unknown) => {
        // Without the right to do it, or beside a backup, lanes are as they were: slower while that transaction is open.
        restsUntil = performance.now() + (isUnavailable(error) ? REST_MS : Infinity)
      })
      .finally(() => {
        looking = false
      })
  }
}
