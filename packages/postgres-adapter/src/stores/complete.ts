import {
  MAX_ATTEMPTS_KEPT,
  type AttemptResult,
  type CompleteInput,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { attemptTexts, stateOf } from '../rows/delivery-row.js'
import { fromText, toText, toTextOrNull } from '../text.js'
import type { At } from './at.js'
import { withPartitions } from './partitions.js'

/** What is kept of attempts when one more comes. */
const kept = (array: string): string =>
  `${array}[greatest(1, cardinality(${array}) - ${MAX_ATTEMPTS_KEPT - 2}):]`

/** Ends attempts, in one statement; answers the ids of those that were left alone. */
export const completeResults = (at: At) => {
  const { database, schema } = at
  const applies = `p.id = g.id AND p.subscription_id = g.lane AND p.attempt_count = g.expected
    AND held.subscription_id = g.lane AND held.token = g.token`
  const told = 'g.n, g.lane, g.state, g.ended_at, g.error, g.due_at AS next_due_at'
  const statement = `WITH given AS MATERIALIZED (
      SELECT DISTINCT ON (id) * FROM json_to_recordset($1::json) AS g(n integer, id text, lane text, token text,
        expected integer, state smallint, reason text, due_at double precision, step integer, attempt text, answer text,
        ended_at double precision, error text)
      ORDER BY id, n
    ), held AS MATERIALIZED (
      SELECT l.subscription_id, l.token FROM ${schema}.lanes l
      WHERE (l.subscription_id, l.token) IN (SELECT lane, token FROM given)
      ORDER BY l.subscription_id FOR NO KEY UPDATE
    ), ended AS (
      DELETE FROM ${schema}.pending p USING given g, held WHERE ${applies} AND g.state <> 0
      RETURNING p.*, ${told}, g.reason, g.step, g.attempt, g.answer
    ), settled AS (
      INSERT INTO ${schema}.settled (id, event_id, event_type, site_id, subscription_id, day, due_at, created_at,
        attempt_count, schedule_step, once, attempts, answers, call_hash, state, reason, settled_at)
      SELECT id, event_id, event_type, site_id, subscription_id, day, coalesce(next_due_at, due_at), created_at,
        attempt_count + 1, step, once, ${kept('attempts')} || attempt, ${kept('answers')} || answer,
        hashtextextended($2, 0), state, reason, $3::double precision
      FROM ended
    ), tallied AS (
      INSERT INTO ${schema}.tally (day, delivered, failed, cancelled)
      SELECT day, count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 2), 0 FROM ended GROUP BY day
    ), retried AS (
      UPDATE ${schema}.pending p SET due_at = coalesce(g.due_at, p.due_at), attempt_count = p.attempt_count + 1,
        schedule_step = g.step, attempts = ${kept('p.attempts')} || g.attempt,
        answers = ${kept('p.answers')} || g.answer, call_hash = hashtextextended($2, 0), written_at = $3
      FROM given g, held WHERE ${applies} AND g.state = 0
      RETURNING p.id, ${told}
    ), applied AS (
      SELECT id, n, lane, state, ended_at, error, next_due_at FROM ended
      UNION ALL SELECT id, n, lane, state, ended_at, error, next_due_at FROM retried
    ), deltas AS (
      SELECT lane, count(*) FILTER (WHERE state = 1) AS sent, count(*) FILTER (WHERE state = 2) AS failed,
        (array_agg(ended_at ORDER BY n DESC) FILTER (WHERE state = 1))[1] AS last_sent_at,
        (array_agg(error ORDER BY n DESC) FILTER (WHERE state <> 1))[1] AS last_error,
        min(next_due_at) FILTER (WHERE state = 0) AS next_due_at
      FROM applied GROUP BY lane
    ), progressed AS (
      SELECT coalesce(d.lane, g.lane) AS lane, coalesce(d.sent, 0) AS sent, coalesce(d.failed, 0) AS failed,
        d.last_sent_at, d.last_error, d.next_due_at, g.lane IS NOT NULL AS clears
      FROM deltas d FULL JOIN (SELECT DISTINCT json_array_elements_text($4::json) AS lane) g ON g.lane = d.lane
    ), counted AS (
      UPDATE ${schema}.lanes l SET sent = l.sent + d.sent, failed = l.failed + d.failed,
        last_sent_at = coalesce(d.last_sent_at, l.last_sent_at), last_error = coalesce(d.last_error, l.last_error),
        floor_at = least(l.floor_at, d.next_due_at),
        crash_count = CASE WHEN d.clears THEN 0 ELSE l.crash_count END,
        quarantined_at = CASE WHEN d.clears THEN 0 ELSE l.quarantined_at END
      FROM progressed d WHERE l.subscription_id = d.lane
    )
    SELECT id FROM applied`
  const before = `SELECT g.id FROM json_array_elements_text($1::json) AS g(id)
    WHERE (SELECT p.call_hash FROM ${schema}.pending p WHERE p.id = g.id) = hashtextextended($2, 0)
      OR (SELECT s.call_hash FROM ${schema}.settled s WHERE s.id = g.id LIMIT 1) = hashtextextended($2, 0)`

  return async ({ callId, now, results, progressed }: CompleteInput): Promise<string[]> => {
    const rows = results.map(resultRow)
    const values = [JSON.stringify(rows), callId, now, JSON.stringify(progressed.map(toText))]
    const ids = rows.map(({ id }) => id)
    const done = await withPartitions(at, ids, () => database.query<{ id: string }>(statement, values))
    const applied = new Set(done.map(({ id }) => fromText(id)))
    const left = ids.filter((id) => !applied.has(id))
    // Made before, and its answer lost: what that call has written is known by its name.
    const known =
      left.length > 0 ? await database.query<{ id: string }>(before, [JSON.stringify(left), callId]) : []
    for (const { id } of known) applied.add(fromText(id))
    // Of a delivery that comes twice in a call, the second is left alone.
    return results.flatMap(({ deliveryId }) => (applied.delete(deliveryId) ? [] : deliveryId))
  }
}

const resultRow = (result: AttemptResult, n: number) => {
  const { attempt } = result
  return {
    n,
    id: toText(result.deliveryId),
    lane: toText(result.subscriptionId),
    token: toText(result.token),
    expected: result.expectedAttemptCount,
    state: stateOf(result.status),
    reason: result.reason,
    due_at: result.dueAt,
    step: result.scheduleStep,
    ...attemptTexts(attempt),
    ended_at: Math.ceil(attempt.startedAt + attempt.durationMs),
    error: toTextOrNull(attempt.error),
  }
}
