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
 * `fan_out`: a function, as each statement in it sees what was committed before it: once the rows of `unfanned` are locked,
 * what a rival has fanned out of the same events is either pending or settled, and is not made a second time.
 */
export const fanOutFunction = (schema: string): string => `
CREATE FUNCTION ${schema}.fan_out(${argumentsOf(NEW_DELIVERY)}, fanned_out text[], given_now double precision)
RETURNS void ${PLANNED} AS $$
BEGIN
  PERFORM FROM ${schema}.unfanned u
  WHERE u.event_id = ANY (fanned_out || ARRAY(SELECT DISTINCT unnest(given_event_id)))
  ORDER BY u.event_id FOR UPDATE;

  INSERT INTO ${schema}.pending (id, event_id, event_type, site_id, subscription_id, day, due_at, created_at, once,
    written_at)
  SELECT f.id, f.event_id, f.type, f.site_id, f.subscription_id, f.day, f.due_at, f.created_at, f.once, given_now
  FROM (
    SELECT g.*, coalesce(e.type, '') AS type, e.site_id,
      floor(coalesce(e.accepted_at, g.created_at) / 86400000)::integer AS day
    FROM ${rowsOf(NEW_DELIVERY)} LEFT JOIN ${schema}.events e ON e.id = g.event_id
  ) f
  WHERE (SELECT s.day FROM ${schema}.settled s WHERE s.id = f.id AND s.day = f.day) IS NULL
  ON CONFLICT (id) DO NOTHING;

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
