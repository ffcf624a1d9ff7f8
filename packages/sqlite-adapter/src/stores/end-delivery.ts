import {
  MAX_ATTEMPTS_KEPT,
  type Attempt,
  type DeliveryReason,
  type DeliveryStatus,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { noteEnded } from './ended-of.js'
import { ATTEMPT_COLUMNS, ATTEMPT_PLACES, attemptValues, NO_ATTEMPT, STATES } from './delivery-row.js'

/** How a pending delivery ends. */
interface End {
  readonly status: DeliveryStatus
  readonly reason: DeliveryReason | null
  readonly now: number
  readonly attemptCount: number
  readonly scheduleStep: number
  /** The one that ended it; `null` when none did. */
  readonly attempt: Attempt | null
}

/** Within a write: takes a delivery out of what waits and writes its record. Its entry in the queue, and the tally, are the
 * caller's. */
export const endDelivery = (database: Database, row: Row, end: End): void => {
  const place = [Number(row['created_at']), Number(row['event']), Number(row['sub'])]
  database.sql('DELETE FROM pending WHERE created_at = ? AND event = ? AND sub = ?').run(...place)
  database
    .sql(`INSERT INTO ended VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${ATTEMPT_PLACES})`)
    .run(
      ...place,
      STATES.indexOf(end.status),
      end.reason,
      end.now,
      end.attemptCount,
      end.scheduleStep,
      Number(row['once']),
      ...(end.attempt ? attemptValues(end.attempt) : NO_ATTEMPT),
    )
  noteEnded(database, [place])
}

/** Within a write: keeps an attempt that did not end its delivery, and of all those the latest. */
export const keepAttempt = (database: Database, row: Row, ordinal: number, attempt: Attempt): void => {
  const [event, sub] = [Number(row['event']), Number(row['sub'])]
  database
    .sql(`INSERT INTO attempts (event, sub, ordinal, ${ATTEMPT_COLUMNS}) VALUES (?, ?, ?, ${ATTEMPT_PLACES})`)
    .run(event, sub, ordinal, ...attemptValues(attempt))
  forgetAttempts(database, row, ordinal - MAX_ATTEMPTS_KEPT)
}

/** Within a write: forgets the attempts up to one. */
export const forgetAttempts = (database: Database, row: Row, ordinal: number): void => {
  if (ordinal > 0)
    database
      .sql('DELETE FROM attempts WHERE event = ? AND sub = ? AND ordinal <= ?')
      .run(Number(row['event']), Number(row['sub']), ordinal)
}
