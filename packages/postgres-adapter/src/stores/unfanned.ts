import type { EventStore } from '@swigs/webhooks-dispatcher/storage-kit'
import { EVENT_COLUMNS, readEvents, type EventRow } from '../rows/event-row.js'
import type { At } from './at.js'

/** How far back a quick look goes. */
const RECENT_MS = 60_000
/** Bytes from which on it is worth while to look quickly: tens of thousands of rows, nearly all of them dead. */
const CROWDED = 4 * 1024 * 1024
/** Of so many looks one is whole, whatever the size. */
const WHOLE_EVERY = 50

/**
 * Looks for events that nobody has fanned out. A transaction that stays open keeps PostgreSQL from clearing away what was
 * fanned out since it began, and every look from the start would pass over all of that: where there is much of it, most looks
 * are at the latest minute alone.
 */
export const unfannedEvents = ({ database, schema, report }: At): EventStore['unfanned'] => {
  let looks = 0
  let crowded = false
  return async ({ now, limit }) => {
    const whole = !crowded || looks % WHOLE_EVERY === 0
    if (looks % WHOLE_EVERY === 0) {
      const [size] = await database.query<{ crowded: boolean }>(
        `SELECT pg_relation_size('${schema}.unfanned') > ${CROWDED} AS crowded`,
      )
      crowded = size?.crowded ?? false
    }
    looks += 1
    const rows = await database.query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM ${schema}.unfanned u JOIN ${schema}.events e ON e.id = u.event_id
       WHERE u.visible_at <= $1 AND u.visible_at >= $2 ORDER BY u.visible_at, u.event_id LIMIT $3`,
      [now, whole ? Number.MIN_SAFE_INTEGER : now - RECENT_MS, limit],
    )
    return readEvents(rows, report)
  }
}
