import {
  MAX_ATTEMPTS_KEPT,
  statsDeltas,
  type LaneStore,
  type AttemptResult,
} from '@swigs/webhooks-dispatcher'
import type { Database } from '../database.js'
import { STATES } from '../rows.js'

type SettleInput = Parameters<LaneStore['complete']>[0]

/** Within the caller's transaction: ends attempts, counts them, clears crashCount. Answers what was left alone. */
export const settle = (database: Database, { now, results, progressed }: SettleInput): string[] => {
  const holders = holdersOf(database, results)
  const applied = results.filter(
    (result) => holders.get(result.subscriptionId) === result.token && settleOne(database, result, now),
  )
  count(database, applied)
  for (const subscriptionId of progressed)
    database
      .sql('UPDATE lanes SET crashCount = 0, held_strikes = 0 WHERE subscription_id = ?')
      .run(subscriptionId)
  const changed = new Set(applied)
  return results.flatMap((result) => (changed.has(result) ? [] : result.deliveryId))
}

/** Who holds their lanes. */
const holdersOf = (database: Database, results: readonly AttemptResult[]): Map<string, unknown> => {
  const ids = [...new Set(results.map(({ subscriptionId }) => subscriptionId))]
  const rows = database
    .sql('SELECT subscription_id, token FROM lanes WHERE subscription_id IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(ids))
  return new Map(rows.map((row) => [String(row['subscription_id']), row['token']]))
}

const settleOne = (database: Database, result: AttemptResult, now: number): boolean => {
  const { deliveryId, subscriptionId, expectedAttemptCount, attempt, status, reason, dueAt, scheduleStep } =
    result
  // The first attempt replaces an empty list: no need to read, parse and print what was there.
  const attempts = expectedAttemptCount === 0 ? [attempt] : [...attemptsOf(database, deliveryId), attempt]
  return (
    database
      .sql(
        `UPDATE deliveries SET state = ?, reason = ?, due_at = ?, schedule_step = ?, attempt_count = attempt_count + 1,
         settled_at = ?, attempts = ? WHERE id = ? AND subscription_id = ? AND state = 0 AND attempt_count = ?`,
      )
      .run(
        STATES.indexOf(status),
        reason,
        dueAt,
        scheduleStep,
        status === 'pending' ? null : now,
        JSON.stringify(attempts.slice(-MAX_ATTEMPTS_KEPT)),
        deliveryId,
        subscriptionId,
        expectedAttemptCount,
      ).changes > 0
  )
}

const attemptsOf = (database: Database, deliveryId: string): unknown[] => {
  const row = database.sql('SELECT attempts FROM deliveries WHERE id = ?').get(deliveryId)
  return row ? (JSON.parse(String(row['attempts'])) as unknown[]) : []
}

const count = (database: Database, applied: readonly AttemptResult[]): void => {
  for (const [id, { sent, failed, lastSentAt, lastError }] of statsDeltas(applied))
    database
      .sql(
        `UPDATE subscriptions SET total_sent = total_sent + ?, total_failed = total_failed + ?,
         last_sent_at = coalesce(?, last_sent_at), last_error = coalesce(?, last_error) WHERE id = ?`,
      )
      .run(sent, failed, lastSentAt, lastError, id)
}
