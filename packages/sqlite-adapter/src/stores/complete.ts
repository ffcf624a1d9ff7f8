import type { Database } from '../database/database.js'
import { countMetrics } from './count-metrics.js'
import { countStats } from './count-stats.js'
import { keepAttempt } from './end-delivery.js'
import { sortEnded } from './ended-of.js'
import { matchResults, type Match } from './match-results.js'
import { unpackResults, type PackedResults } from './packed-results.js'
import { enqueue, leaveStale } from './queue.js'
import { recordEnded } from './record-ended.js'

/**
 * Within a write: ends attempts, counts them, clears crashes. Answers what was left alone. A call that is repeated finds its
 * own attempts made, and counts nothing: no name of it need be kept. What is alike is done by one statement.
 */
export const complete = (database: Database, { now, values, progressed }: PackedResults): string[] => {
  const results = unpackResults(values)
  const { ended, retried } = matchResults(database, results)
  recordEnded(database, ended, now)
  for (const match of retried) retryLater(database, match, now)
  for (const { row } of [...ended, ...retried]) leaveStale(database, Number(row['sub']))
  const done = new Set([...ended, ...retried].map(({ result }) => result))
  const applied = results.filter((result) => done.has(result))
  countStats(database, applied)
  countMetrics(database, applied, now)
  sortEnded(database)
  for (const subscriptionId of progressed)
    database
      .sql(
        'UPDATE lanes SET crash_count = 0, quarantined_at = 0 WHERE sub = ? AND crash_count + quarantined_at > 0',
      )
      .run(database.names.numberOf(subscriptionId))
  return results.flatMap((result) => (done.has(result) ? [] : result.deliveryId))
}

const retryLater = (database: Database, { result, row }: Match, now: number): void => {
  const attemptCount = result.expectedAttemptCount + 1
  const [createdAt, event, sub] = [Number(row['created_at']), Number(row['event']), Number(row['sub'])]
  const dueAt = result.dueAt ?? Number(row['due_at'])
  keepAttempt(database, row, attemptCount, result.attempt)
  database
    .sql(
      `UPDATE pending SET tried = 1, due_at = ?, attempt_count = ?, schedule_step = ?, written_at = ?
       WHERE created_at = ? AND event = ? AND sub = ?`,
    )
    .run(dueAt, attemptCount, result.scheduleStep, now, createdAt, event, sub)
  enqueue(database, { sub, event, createdAt, dueAt })
}
