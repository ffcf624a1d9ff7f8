import {
  MAX_ATTEMPTS_KEPT,
  statsDeltas,
  type AttemptResult,
  type CompleteInput,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { sortEnded } from './ended-of.js'
import { endDelivery, forgetAttempts, keepAttempt } from './end-delivery.js'
import { eventIdsOf } from './find-delivery.js'
import { enqueue, leaveStale } from './queue.js'

/**
 * Within a write: ends attempts, counts them, clears crashes. Answers what was left alone. A call that is repeated finds its
 * own attempts made, and counts nothing: no name of it need be kept.
 */
export const complete = (database: Database, { now, results, progressed }: CompleteInput): string[] => {
  const lanes = new Map<string, Held | null>()
  const applied = new Set<AttemptResult>()
  for (const result of results) {
    let lane = lanes.get(result.subscriptionId)
    if (lane === undefined)
      lanes.set(result.subscriptionId, (lane = heldLane(database, result.subscriptionId)))
    if (lane?.token === result.token && completeOne(database, result, lane.sub, now)) applied.add(result)
  }
  count(database, [...applied])
  sortEnded(database)
  for (const subscriptionId of progressed)
    database
      .sql(
        'UPDATE lanes SET crash_count = 0, quarantined_at = 0 WHERE sub = ? AND crash_count + quarantined_at > 0',
      )
      .run(database.names.numberOf(subscriptionId))
  return results.flatMap((result) => (applied.has(result) ? [] : result.deliveryId))
}

interface Held {
  readonly sub: number
  readonly token: unknown
}

const heldLane = (database: Database, subscriptionId: string): Held | null => {
  const sub = database.names.numberOf(subscriptionId)
  const row = sub === null ? undefined : database.sql('SELECT token FROM lanes WHERE sub = ?').get(sub)
  return sub === null || !row ? null : { sub, token: row['token'] }
}

const completeOne = (database: Database, result: AttemptResult, sub: number, now: number): boolean => {
  const row = pendingRow(database, result, sub)
  const { attempt, status, reason, dueAt, scheduleStep, expectedAttemptCount } = result
  if (!row || row['attempt_count'] !== expectedAttemptCount) return false
  const attemptCount = expectedAttemptCount + 1
  leaveStale(database, sub)
  if (status === 'pending') {
    keepAttempt(database, row, attemptCount, attempt)
    const [createdAt, event] = [Number(row['created_at']), Number(row['event'])]
    const nextAt = dueAt ?? Number(row['due_at'])
    database
      .sql(
        `UPDATE pending SET tried = 1, due_at = ?, attempt_count = ?, schedule_step = ?, written_at = ?
         WHERE created_at = ? AND event = ? AND sub = ?`,
      )
      .run(nextAt, attemptCount, scheduleStep, now, createdAt, event, sub)
    enqueue(database, { sub, event, createdAt, dueAt: nextAt })
    return true
  }
  endDelivery(database, row, { status, reason, now, attemptCount, scheduleStep, attempt })
  forgetAttempts(database, row, attemptCount - MAX_ATTEMPTS_KEPT)
  return true
}

/** The waiting delivery of a result: its id without the prefix and its lane's subscription is its event's. */
const pendingRow = (
  database: Database,
  { deliveryId, subscriptionId }: AttemptResult,
  sub: number,
): Row | undefined => {
  if (!deliveryId.startsWith('dlv_') || !deliveryId.endsWith(`_${subscriptionId}`)) return undefined
  for (const eventId of eventIdsOf(deliveryId.slice(4, -subscriptionId.length - 1))) {
    const row = database
      .sql(
        `SELECT p.created_at, p.event, p.sub, p.due_at, p.attempt_count, p.once FROM events e
         JOIN fan_outs f ON f.event = e.n
         JOIN pending p ON p.created_at = f.created_at AND p.event = f.event AND p.sub = ?
         WHERE e.id = ?`,
      )
      .get(sub, eventId)
    if (row) return row
  }
  return undefined
}

const count = (database: Database, applied: readonly AttemptResult[]): void => {
  const of = (wanted: AttemptResult['status']) => applied.filter(({ status }) => status === wanted).length
  const [delivered, failed] = [of('delivered'), of('failed')]
  database.tally({ pending: -delivered - failed, delivered, failed })
  for (const [id, { sent, failed: failures, lastSentAt, lastError }] of statsDeltas(applied))
    database
      .sql(
        `UPDATE stats SET total_sent = total_sent + ?, total_failed = total_failed + ?,
         last_sent_at = coalesce(?, last_sent_at), last_error = coalesce(?, last_error) WHERE sub = ?`,
      )
      .run(sent, failures, lastSentAt, lastError, database.names.numberOf(id))
}
