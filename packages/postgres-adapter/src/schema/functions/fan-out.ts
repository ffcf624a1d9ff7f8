import { argumentsOf, rowsOf } from './columns.js'
import { PLANNED } from './planned.js'

/** A delivery as `fan_out` is given it. */
export const NEW_DELIVERY = {
  id: 'text',
  event_id: 'text',
  subscription_id: 'text',
  due_at: 'double precision',
  created_at: 'double precision',
  once: 'boolean',
} as const

/**
 * `fan_out`: a function, as each statement in it sees what was committed before it. What a rival has fanned out of the same
 * events is not made a second time: what is pending stands in the way, and what has settled is looked for after the insert,
 * since that may have waited for whoever settled it, and only a statement that begins later sees it.
 */
export const fanOutFunction = (schema: string): string => `
CREATE FUNCTION ${schema}.fan_out(${argumentsOf(NEW_DELIVERY)}, fanned_out text[], given_now double precision)
RETURNS void ${PLANNED} AS $$
DECLARE
  made_ids text[];
  made_days integer[];
BEGIN
  PERFORM FROM ${schema}.unfanned u
  WHERE u.event_id = ANY (fanned_out || ARRAY(SELECT DISTINCT unnest(given_event_id)))
  ORDER BY u.event_id FOR UPDATE;

  WITH made AS (
    INSERT INTO ${schema}.pending (id, event_id, event_type, site_id, subscription_id, day, due_at, created_at, once,
      written_at)
    SELECT g.id, g.event_id, coalesce(e.type, ''), e.site_id, g.subscription_id,
      floor(coalesce(e.accepted_at, g.created_at) / 86400000)::integer, g.due_at, g.created_at, g.once, given_now
    FROM ${rowsOf(NEW_DELIVERY)} LEFT JOIN ${schema}.events e ON e.id = g.event_id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, day
  ) SELECT array_agg(made.id), array_agg(made.day) INTO made_ids, made_days FROM made;

  DELETE FROM ${schema}.pending p WHERE p.id = ANY (ARRAY(
    SELECT made.id FROM unnest(made_ids, made_days) AS made(id, day)
    WHERE (SELECT s.day FROM ${schema}.settled s WHERE s.id = made.id AND s.day = made.day) IS NOT NULL));

  INSERT INTO ${schema}.lanes AS l (subscription_id, due_at, floor_at, wakeups)
  SELECT g.subscription_id, given_now, min(g.due_at), 1 FROM ${rowsOf(NEW_DELIVERY, ['subscription_id', 'due_at'])}
  GROUP BY g.subscription_id ORDER BY g.subscription_id COLLATE "C"
  ON CONFLICT (subscription_id) DO UPDATE SET
    due_at = least(l.due_at, excluded.due_at),
    floor_at = least(l.floor_at, excluded.floor_at),
    wakeups = l.wakeups + 1;

  DELETE FROM ${schema}.unfanned u WHERE u.event_id = ANY (fanned_out);
END
$$;
`
