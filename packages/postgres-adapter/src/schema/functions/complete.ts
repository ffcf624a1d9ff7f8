import { MAX_ATTEMPTS_KEPT, MINUTE_MS } from '@swigs/webhooks-dispatcher/storage-kit'
import { ADDED, COUNTED } from '../counts.js'
import { argumentsOf, rowsOf } from './columns.js'
import { RAISED_FLOOR, seenLanes } from './floor.js'
import { PLANNED } from './planned.js'

/** A result as `complete` is given it. */
export const RESULT = {
  n: 'integer',
  id: 'text',
  lane: 'text',
  token: 'text',
  expected: 'integer',
  state: 'smallint',
  reason: 'text',
  due_at: 'double precision',
  step: 'integer',
  attempt: 'text',
  answer: 'text',
  ended_at: 'double precision',
  error: 'text',
  latency: 'smallint',
  failure: 'smallint',
} as const

/** What is kept of attempts when one more comes. */
const kept = (array: string): string =>
  `${array}[greatest(1, cardinality(${array}) - ${MAX_ATTEMPTS_KEPT - 2}):]`

const APPLIES = `p.id = g.id AND p.subscription_id = g.lane AND p.attempt_count = g.expected
      AND held.subscription_id = g.lane AND held.token = g.token`
const APPLIED = 'e.n, e.lane, e.new_state, e.ended_at, e.error, e.latency, e.failure, e.next_due_at'
const TOLD =
  'g.n, g.lane, g.state AS new_state, g.ended_at, g.error, g.latency, g.failure, g.due_at AS next_due_at'

/**
 * `complete`: ends attempts, in one statement; answers the ids of the deliveries that it changed. Lanes are locked before
 * anything else, in the order of their ids: whoever holds one that is still its own keeps it until this is committed.
 */
export const completeFunction = (schema: string): string => `
CREATE FUNCTION ${schema}.complete(${argumentsOf(RESULT)}, progressed_lanes text[], raises_floors boolean,
  given_call text, given_now double precision)
RETURNS SETOF text ${PLANNED} AS $$
DECLARE
  hash bigint := hashtextextended(given_call, 0);
BEGIN
  RETURN QUERY WITH given AS MATERIALIZED (
    SELECT DISTINCT ON (g.id) g.* FROM ${rowsOf(RESULT)} ORDER BY g.id, g.n
  ), held AS MATERIALIZED (
    SELECT l.subscription_id, l.token FROM ${schema}.lanes l
    WHERE l.subscription_id = ANY (ARRAY(SELECT g.lane FROM given g))
      AND (l.subscription_id, l.token) IN (SELECT g.lane, g.token FROM given g)
    ORDER BY l.subscription_id FOR NO KEY UPDATE
  ), ended AS (
    DELETE FROM ${schema}.pending p USING given g, held WHERE ${APPLIES} AND g.state <> 0
    RETURNING p.*, ${TOLD}, g.reason, g.step, g.attempt, g.answer
  ), settled AS (
    INSERT INTO ${schema}.settled (id, event_id, event_type, site_id, subscription_id, day, due_at, created_at,
      attempt_count, schedule_step, once, attempts, answers, call_hash, state, reason, settled_at)
    SELECT e.id, e.event_id, e.event_type, e.site_id, e.subscription_id, e.day, coalesce(e.next_due_at, e.due_at),
      e.created_at, e.attempt_count + 1, e.step, e.once, ${kept('e.attempts')} || e.attempt,
      ${kept('e.answers')} || e.answer, hash, e.new_state, e.reason, given_now
    FROM ended e
  ), tallied AS (
    INSERT INTO ${schema}.tally (day, delivered, failed, cancelled)
    SELECT e.day, count(*) FILTER (WHERE e.new_state = 1), count(*) FILTER (WHERE e.new_state = 2), 0
    FROM ended e GROUP BY e.day
  ), retried AS (
    UPDATE ${schema}.pending p SET due_at = coalesce(g.due_at, p.due_at), attempt_count = p.attempt_count + 1,
      schedule_step = g.step, attempts = ${kept('p.attempts')} || g.attempt,
      answers = ${kept('p.answers')} || g.answer, call_hash = hash, written_at = given_now
    FROM given g, held WHERE ${APPLIES} AND g.state = 0
    RETURNING p.id, ${TOLD}
  ), applied AS (
    SELECT e.id, ${APPLIED} FROM ended e UNION ALL SELECT e.id, ${APPLIED} FROM retried e
  ), metered AS (
    INSERT INTO ${schema}.metrics AS m (step, subscription_id, at, counts)
    SELECT 1, a.lane, floor(given_now / ${MINUTE_MS}) * ${MINUTE_MS}, ${COUNTED} FROM applied a GROUP BY a.lane
    ON CONFLICT (step, subscription_id, at) DO UPDATE SET counts = ${ADDED}
  ), ordered AS (
    SELECT a.*, max(a.n) FILTER (WHERE a.new_state = 1) OVER (PARTITION BY a.lane) AS last_delivered FROM applied a
  ), deltas AS (
    SELECT a.lane, count(*) FILTER (WHERE a.new_state = 1) AS sent, count(*) FILTER (WHERE a.new_state = 2) AS failed,
      (array_agg(a.ended_at ORDER BY a.n DESC) FILTER (WHERE a.new_state = 1))[1] AS last_sent_at,
      (array_agg(a.error ORDER BY a.n DESC) FILTER (WHERE a.new_state <> 1))[1] AS last_error,
      min(a.next_due_at) FILTER (WHERE a.new_state = 0) AS next_due_at,
      bool_or(a.new_state = 1) AS delivered,
      (array_agg(a.ended_at ORDER BY a.n) FILTER (WHERE a.n > coalesce(a.last_delivered, -1)))[1] AS failing_since,
      (array_agg(a.ended_at ORDER BY a.n DESC) FILTER (WHERE a.new_state <> 1))[1] AS last_failed_at
    FROM ordered a GROUP BY a.lane
  ), progressed AS (
    SELECT coalesce(d.lane, g.lane) AS lane, coalesce(d.sent, 0) AS sent, coalesce(d.failed, 0) AS failed,
      d.last_sent_at, d.last_error, d.next_due_at, d.delivered, d.failing_since, d.last_failed_at, g.lane IS NOT NULL AS clears
    FROM deltas d FULL JOIN (SELECT DISTINCT unnest(progressed_lanes) AS lane) g ON g.lane = d.lane
  ), ${seenLanes(schema, 'SELECT g.lane FROM given g WHERE raises_floors')}, counted AS (
    UPDATE ${schema}.lanes l SET sent = l.sent + d.sent, failed = l.failed + d.failed,
      last_sent_at = coalesce(d.last_sent_at, l.last_sent_at), last_error = coalesce(d.last_error, l.last_error),
      failing_since = CASE WHEN d.delivered THEN d.failing_since ELSE coalesce(l.failing_since, d.failing_since) END,
      last_failed_at = coalesce(d.last_failed_at, l.last_failed_at),
      floor_at = least(${RAISED_FLOOR}, d.next_due_at),
      crash_count = CASE WHEN d.clears THEN 0 ELSE l.crash_count END,
      quarantined_at = CASE WHEN d.clears THEN 0 ELSE l.quarantined_at END
    FROM progressed d LEFT JOIN seen ON seen.subscription_id = d.lane
    WHERE l.subscription_id = ANY (ARRAY(SELECT progressed.lane FROM progressed)) AND l.subscription_id = d.lane
  )
  SELECT a.id FROM applied a;
END
$$;
`
