import type { Attempt } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { ATTEMPT_COLUMNS, ATTEMPT_PLACES, attemptValues, NO_ATTEMPT, STATES } from '../stores/delivery-row.js'
import { insertEvent } from '../stores/events.js'
import { enqueue, enqueueAll } from '../stores/queue.js'
import { nullableText } from '../stores/values.js'

/** A delivery of schema 2: one row for what waits and what ended, with its attempts as JSON. */
export const moveDelivery = (database: Database, row: Row): void => {
  const event = eventOf(database, row)
  const sub = database.names.make(String(row['subscription_id']))
  const createdAt = row['created_at'] as number
  const state = Number(row['state'])
  const attempts = JSON.parse(String(row['attempts'])) as Attempt[]
  const attemptCount = row['attempt_count'] as number
  database.sql('INSERT OR IGNORE INTO fan_outs VALUES (?, ?)').run(event, createdAt)
  const place = [createdAt, event, sub]
  const counts = [attemptCount, row['schedule_step'] ?? 0, row['once'] ?? 0]
  // The attempt that ended it goes into its record.
  const last = state === 1 || state === 2 ? attempts.pop() : undefined
  const firstOrdinal = attemptCount - attempts.length - Number(last !== undefined) + 1
  for (const [index, attempt] of attempts.entries())
    database
      .sql(
        `INSERT INTO attempts (event, sub, ordinal, ${ATTEMPT_COLUMNS}) VALUES (?, ?, ?, ${ATTEMPT_PLACES})`,
      )
      .run(event, sub, firstOrdinal + index, ...attemptValues(attempt))
  if (state === 0) {
    const dueAt = row['due_at'] as number
    const tried = Number(attemptCount > 0 || row['once'] === 1 || dueAt !== createdAt)
    database
      .sql('INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(...place, tried, dueAt, ...counts, tried ? createdAt : null)
    if (tried) enqueue(database, { sub, event, createdAt, dueAt })
    else enqueueAll(database, event, JSON.stringify([sub]), dueAt)
  } else {
    database
      .sql(`INSERT INTO ended VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${ATTEMPT_PLACES})`)
      .run(
        ...place,
        state,
        row['reason'] ?? null,
        row['settled_at'] ?? createdAt,
        ...counts,
        ...(last ? attemptValues(last) : NO_ATTEMPT),
      )
    database.sql('INSERT INTO ended_of VALUES (?, ?, ?)').run(sub, createdAt, event)
  }
  database.tally({ [STATES[state] ?? '']: 1 })
}

/** Its event, or what is known of one that is not there: without a body, it is told as unreadable. */
const eventOf = (database: Database, row: Row): number => {
  const id = String(row['event_id'])
  const known = database.sql('SELECT n FROM events WHERE id = ?').get(id)
  if (known) return Number(known['n'])
  const [type, siteId, at] = [
    String(row['event_type']),
    nullableText(row['site_id']),
    row['created_at'] as number,
  ]
  return Number(
    insertEvent(database, { id, type, siteId, body: '', occurredAt: at, acceptedAt: at, target: null }),
  )
}
