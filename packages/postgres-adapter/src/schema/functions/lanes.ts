import { RAISED_FLOOR, seenLanes } from './floor.js'
import { PLANNED } from './planned.js'

/** The lanes that are still held of those given, locked in the order of their ids, and as they were `seen`. */
const held = (
  schema: string,
): string => `${seenLanes(schema, 'SELECT g.subscription_id FROM given g')}, held AS MATERIALIZED (
    SELECT l.subscription_id FROM ${schema}.lanes l
    JOIN given g ON g.subscription_id = l.subscription_id AND g.token = l.token
    WHERE l.subscription_id = ANY (ARRAY(SELECT given.subscription_id FROM given))
    ORDER BY l.subscription_id FOR NO KEY UPDATE OF l
  )`

const OF_HELD = `FROM held JOIN seen ON seen.subscription_id = held.subscription_id
  JOIN given g ON g.subscription_id = held.subscription_id
  WHERE l.subscription_id = ANY (ARRAY(SELECT held.subscription_id FROM held))
    AND l.subscription_id = held.subscription_id AND l.token = g.token`

/** `extend` and `release`: what owners write of their lanes; and `upcoming`: what is pending for one. */
export const laneFunctions = (schema: string): string => `
CREATE FUNCTION ${schema}.extend(given_lanes json, given_now double precision, given_lease_ms double precision)
RETURNS SETOF text ${PLANNED} AS $$
BEGIN
  RETURN QUERY WITH given AS (
    SELECT * FROM json_to_recordset(given_lanes) AS r(subscription_id text, token text, rate_window text)
  ), ${held(schema)}
  UPDATE ${schema}.lanes l SET lease_until = given_now + given_lease_ms, lease_ms = given_lease_ms,
    rate_window = coalesce(g.rate_window, l.rate_window), floor_at = ${RAISED_FLOOR}
  ${OF_HELD}
  RETURNING l.subscription_id;
END
$$;

CREATE FUNCTION ${schema}.release(given_lanes json, given_now double precision) RETURNS SETOF text ${PLANNED} AS $$
BEGIN
  RETURN QUERY WITH given AS (
    SELECT * FROM json_to_recordset(given_lanes) AS r(subscription_id text, token text, wakeups integer, lifts integer,
      due_at double precision, hold text, hold_ms double precision, rate_window text, crash_count integer,
      quarantined_at integer)
  ), ${held(schema)}
  UPDATE ${schema}.lanes l SET token = NULL,
    due_at = CASE WHEN l.wakeups = g.wakeups THEN g.due_at ELSE given_now END,
    lease_until = CASE WHEN l.lifts = g.lifts AND g.hold IS NOT NULL THEN given_now + g.hold_ms ELSE 0 END,
    lease_ms = CASE WHEN l.lifts = g.lifts AND g.hold IS NOT NULL THEN g.hold_ms ELSE 0 END,
    hold = CASE WHEN l.lifts = g.lifts THEN g.hold END,
    rate_window = g.rate_window, crash_count = g.crash_count, quarantined_at = g.quarantined_at, floor_at = ${RAISED_FLOOR}
  ${OF_HELD}
  RETURNING CASE WHEN l.wakeups <> g.wakeups THEN l.subscription_id END;
END
$$;

CREATE FUNCTION ${schema}.upcoming(given_lane text, given_limit integer) RETURNS TABLE (id text, event_id text,
  subscription_id text, due_at double precision, attempt_count integer, schedule_step integer, once boolean)
STABLE ${PLANNED} AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT p.id, p.event_id, p.subscription_id, p.due_at, p.attempt_count, p.schedule_step, p.once
  FROM ${schema}.pending p
  WHERE p.subscription_id = given_lane AND p.due_at >= coalesce(
    (SELECT l.floor_at FROM ${schema}.lanes l WHERE l.subscription_id = given_lane), '-Infinity')
  ORDER BY p.due_at, p.id LIMIT given_limit;
END
$$;
`
