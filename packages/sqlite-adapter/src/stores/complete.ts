import { MAX_ATTEMPTS_KEPT, statsDeltas, type AttemptResult } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row, Value } from '../drivers/driver.js'
import { attemptValues, STATES } from './delivery-row.js'
import { forgetAttempts, keepAttempt } from './end-delivery.js'
import { noteEnded, sortEnded } from './ended-of.js'
import { eventIdsOf } from './find-delivery.js'
import { inRows } from './in-rows.js'
import { unpackResults, type PackedResults } from './packed-results.js'
import { enqueue, leaveStale } from './queue.js'

/** A result, and the waiting delivery that it is of. */
interface Match {
  readonly result: AttemptResult
  readonly row: Row
}

/**
 * Within a write: ends attempts, counts them, clears crashes. Answers what was left alone. A call that is repeated finds its
 * own attempts made, and counts nothing: no name of it need be kept. What is alike is done by one statement.
 */
export const complete = (database: Database, { now, values, progressed }: PackedResults): string[] => {
  const results = unpackResults(values)
  const matches = new Map<AttemptResult, Match>()
  for (const match of matchesOf(database, results)) matches.set(match.result, match)
  const applied = [...matches.values()]
  const ended = applied.filter(({ result }) => result.status !== 'pending')
  if (ended.length > 0) endAll(database, ended, now)
  for (const match of applied) if (match.result.status === 'pending') retryLater(database, match, now)
  for (const { row } of applied) leaveStale(database, Number(row['sub']))
  count(database, applied)
  sortEnded(database)
  for (const subscriptionId of progressed)
    database
      .sql(
        'UPDATE lanes SET crash_count = 0, quarantined_at = 0 WHERE sub = ? AND crash_count + quarantined_at > 0',
      )
      .run(database.names.numberOf(subscriptionId))
  return results.flatMap((result) => (matches.has(result) ? [] : result.deliveryId))
}

/** Those whose lane is held under their token, and whose delivery waits with as many attempts as they expect; each once. */
function* matchesOf(database: Database, results: readonly AttemptResult[]): Generator<Match> {
  const asked = results.flatMap(({ deliveryId, subscriptionId }, index) => {
    const sub = database.names.numberOf(subscriptionId)
    if (sub === null || !deliveryId.startsWith('dlv_') || !deliveryId.endsWith(`_${subscriptionId}`))
      return []
    const [eventId, other] = eventIdsOf(deliveryId.slice(4, -subscriptionId.length - 1))
    return [[index, sub, eventId, other]]
  })
  const rows: Row[] = []
  inRows(asked, (places, bound) => {
    const found = database
      .sql(
        `WITH asked (n, sub, id, other) AS (VALUES ${places})
         SELECT asked.n, l.token, p.created_at, p.event, p.sub, p.due_at, p.attempt_count, p.once FROM asked
         CROSS JOIN lanes l ON l.sub = asked.sub
         CROSS JOIN events e ON e.id IN (asked.id, asked.other)
         CROSS JOIN fan_outs f ON f.event = e.n
         CROSS JOIN pending p ON p.created_at = f.created_at AND p.event = f.event AND p.sub = asked.sub`,
      )
      .all(...bound)
    for (const row of found) rows.push(row)
  })
  const seen = new Set<string>()
  for (const row of rows) {
    const result = results[Number(row['n'])]
    const delivery = `${row['event']} ${row['sub']}`
    if (!result || row['token'] !== result.token || row['attempt_count'] !== result.expectedAttemptCount)
      continue
    if (seen.has(delivery)) continue
    seen.add(delivery)
    yield { result, row }
  }
}

/** From what waits to what ended. */
const endAll = (database: Database, ended: readonly Match[], now: number): void => {
  const places = ended.map(({ row }) => [row['created_at'], row['event'], row['sub']] as Value[])
  const records = ended.map(({ row, result }, index) => [
    ...(places[index] ?? []),
    STATES.indexOf(result.status),
    result.reason,
    now,
    result.expectedAttemptCount + 1,
    result.scheduleStep,
    Number(row['once']),
    ...attemptValues(result.attempt),
  ])
  inRows(places, (rows, bound) =>
    database.sql(`DELETE FROM pending WHERE (created_at, event, sub) IN (VALUES ${rows})`).run(...bound),
  )
  inRows(records, (rows, bound) => database.sql(`INSERT INTO ended VALUES ${rows}`).run(...bound))
  noteEnded(database, places)
  for (const { row, result } of ended)
    forgetAttempts(database, row, result.expectedAttemptCount + 1 - MAX_ATTEMPTS_KEPT)
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

const count = (database: Database, applied: readonly Match[]): void => {
  const results = applied.map(({ result }) => result)
  const of = (wanted: AttemptResult['status']) => results.filter(({ status }) => status === wanted).length
  const [delivered, failed] = [of('delivered'), of('failed')]
  database.tally({ pending: -delivered - failed, delivered, failed })
  const deltas = [...statsDeltas(results)].map(([id, { sent, failed: gone, lastSentAt, lastError }]) => [
    database.names.numberOf(id),
    sent,
    gone,
    lastSentAt,
    lastError,
  ])
  inRows(deltas, (rows, bound) =>
    database
      .sql(
        `WITH d (sub, sent, failed, sent_at, error) AS (VALUES ${rows})
         UPDATE stats SET total_sent = total_sent + d.sent, total_failed = total_failed + d.failed,
           last_sent_at = coalesce(d.sent_at, last_sent_at), last_error = coalesce(d.error, last_error)
         FROM d WHERE stats.sub = d.sub`,
      )
      .run(...bound),
  )
}
