import { MAX_ATTEMPTS_KEPT } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Value } from '../drivers/driver.js'
import { attemptValues, STATES } from './delivery-row.js'
import { forgetAttempts } from './end-delivery.js'
import { noteEnded } from './ended-of.js'
import { inRows } from './in-rows.js'
import type { Match } from './match-results.js'

/** Deliveries that ended alike: all but their places and when the request was made is the same. */
interface Alike {
  readonly shared: readonly Value[]
  readonly rows: (Value | undefined)[][]
}

/**
 * Within a write: writes the records of deliveries that are out of `pending`. What is the same for all of a group, as for nearly
 * all that are delivered, is given once.
 */
export const recordEnded = (database: Database, ended: readonly Match[], now: number): void => {
  const groups = new Map<string, Alike>()
  for (const { row, result } of ended) {
    const [number, startedAt, durationMs, ...rest] = attemptValues(result.attempt)
    // Receivers have addresses of their own: it would keep their deliveries apart.
    const answer = rest.slice(0, -1)
    const state = STATES.indexOf(result.status)
    const attemptCount = result.expectedAttemptCount + 1
    const shared = [
      state,
      result.reason,
      now,
      attemptCount,
      result.scheduleStep,
      row['once'],
      number,
      ...answer,
    ] as Value[]
    const key = shared.join('\u0000')
    let group = groups.get(key)
    if (!group) groups.set(key, (group = { shared, rows: [] }))
    group.rows.push([row['created_at'], row['event'], row['sub'], startedAt, durationMs, rest.at(-1)])
  }
  for (const { shared, rows } of groups.values())
    inRows(rows as Value[][], (places, bound) =>
      database
        .sql(
          `WITH d (created_at, event, sub, started_at, duration_ms, address) AS (VALUES ${places})
           INSERT INTO ended (created_at, event, sub, started_at, duration_ms, address, ${SHARED})
           SELECT created_at, event, sub, started_at, duration_ms, address, ${SHARED_PLACES} FROM d`,
        )
        .run(...bound, ...shared),
    )
  noteEnded(
    database,
    ended.map(({ row }) => [row['created_at'], row['event'], row['sub']] as Value[]),
  )
  for (const { row, result } of ended)
    forgetAttempts(database, row, result.expectedAttemptCount + 1 - MAX_ATTEMPTS_KEPT)
}

const SHARED =
  'state, reason, settled_at, attempt_count, schedule_step, once, number, status_code, error_class, error, ' +
  'response_body, truncated, retry_after_ms, repeated, response_headers'
const SHARED_PLACES = Array(15).fill('?').join()
