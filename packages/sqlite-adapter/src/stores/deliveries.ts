import {
  MAX_ATTEMPTS_KEPT,
  readRows,
  withoutAnswers,
  type CancelInput,
  type Delivery,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { ATTEMPT_COLUMNS, STATES, toDelivery } from './delivery-row.js'
import { endDelivery, forgetAttempts } from './end-delivery.js'
import { findDelivery } from './find-delivery.js'
import { putOff } from './put-off.js'
import { dequeue, enqueue } from './queue.js'
import { listDeliveries } from './list-deliveries.js'
import { read, write, type Sliced } from './verb.js'
import { wakeLanes } from './wake-lanes.js'

const deliveriesIn = (database: Database, rows: readonly Row[]): Delivery[] =>
  readRows(
    rows,
    toDelivery(database),
    (row) => ({ noun: 'delivery', id: `${row['event_id'] ?? `event ${row['event']}`} to ${row['sub']}` }),
    database,
  )

function* cancel(database: Database, { ids, reason, now, status = 'cancelled' }: CancelInput): Sliced<void> {
  for (const id of ids) {
    const found = findDelivery(database, id, ['pending'])
    if (!found) continue
    const [attemptCount, scheduleStep] = [found.row['attempt_count'], found.row['schedule_step']].map(
      Number,
    ) as [number, number]
    dequeue(database, found.row)
    endDelivery(database, found.row, {
      status,
      reason,
      now,
      attemptCount,
      scheduleStep,
      attempt: null,
    })
    database.tally({ pending: -1, [status]: 1 })
    yield
  }
}

function* resend(database: Database, { ids, now }: { ids: readonly string[]; now: number }): Sliced<void> {
  for (const id of ids) {
    const found = findDelivery(database, id)
    if (!found) continue
    if (found.table === 'ended') revive(database, found.row, now)
    else if (Number(found.row['due_at']) > now) putOff(database, found.row, now, now)
    // With its lane in the same slice: what is cut off here is found by whoever serves the lane.
    const subscriptionId = database.names.nameOf(Number(found.row['sub']))
    if (subscriptionId !== null) wakeLanes(database, [subscriptionId], now)
    yield
  }
}

const placeOf = (row: Row): [createdAt: number, event: number, sub: number] => [
  Number(row['created_at']),
  Number(row['event']),
  Number(row['sub']),
]

/** From its record back to what waits; the attempt in the record joins the earlier ones. */
const revive = (database: Database, row: Row, now: number): void => {
  const place = placeOf(row)
  const [createdAt, event, sub] = place
  const where = 'WHERE created_at = ? AND event = ? AND sub = ?'
  database
    .sql(
      `INSERT OR IGNORE INTO attempts (event, sub, ordinal, ${ATTEMPT_COLUMNS})
       SELECT event, sub, attempt_count, ${ATTEMPT_COLUMNS} FROM ended ${where} AND started_at IS NOT NULL`,
    )
    .run(...place)
  forgetAttempts(database, row, Number(row['attempt_count']) - MAX_ATTEMPTS_KEPT)
  database.sql(`DELETE FROM ended ${where}`).run(...place)
  database.sql(`DELETE FROM ended_of ${where}`).run(...place)
  database
    .sql('INSERT INTO pending VALUES (?, ?, ?, 1, ?, ?, 0, 0, ?)')
    .run(...place, now, Number(row['attempt_count']), now)
  enqueue(database, { sub, event, createdAt, dueAt: now })
  const status = STATES[Number(row['state'])]
  database.tally({ pending: 1, ...(status && status !== 'pending' && { [status]: -1 }) })
}

export const deliveryVerbs = {
  'deliveries.get': read((database, id: string): Delivery | null => {
    const found = findDelivery(database, id)
    return found ? (deliveriesIn(database, [found.row])[0] ?? null) : null
  }),
  'deliveries.list': read((database, query: Parameters<typeof listDeliveries>[1]) =>
    deliveriesIn(database, listDeliveries(database, query)).map(withoutAnswers),
  ),
  'deliveries.resend': write(resend),
  'deliveries.cancel': write(cancel),
}
