/**
 * `fan_out`: a function, as each statement in it sees what was committed before it: once the rows of `unfanned` are locked, what a rival
 * has fanned out of the same events is either pending or settled, and is not made a second time.
 */
export const fanOutFunction = (schema: string): string => `
CREATE FUNCTION ${schema}.fan_out(given_deliveries json, given_events text[], given_now double precision) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM ${schema}.unfanned u
  WHERE u.event_id = ANY (given_events)
    OR u.event_id IN (SELECT g.event_id FROM json_to_recordset(given_deliveries) AS g(event_id text))
  ORDER BY u.event_id FOR UPDATE;

  INSERT INTO ${schema}.pending (id, event_id, event_type, site_id, subscription_id, day, due_at, created_at, once,
    written_at)
  SELECT f.id, f.event_id, f.type, f.site_id, f.subscription_id, f.day, f.due_at, f.created_at, f.once, given_now
  FROM (
    SELECT g.*, coalesce(e.type, '') AS type, e.site_id,
      floor(coalesce(e.accepted_at, g.created_at) / 86400000)::integer AS day
    FROM json_to_recordset(given_deliveries) AS g(id text, event_id text, subscription_id text,
      due_at double precision, created_at double precision, once boolean)
    LEFT JOIN ${schema}.events e ON e.id = g.event_id
  ) f
  WHERE (SELECT s.day FROM ${schema}.settled s WHERE s.id = f.id AND s.day = f.day) IS NULL
  ORDER BY f.subscription_id, f.id
  ON CONFLICT (id) DO NOTHING;

  INSERT INTO ${schema}.lanes AS l (subscription_id, due_at, floor_at, wakeups)
  SELECT g.subscription_id, given_now, min(g.due_at), 1
  FROM json_to_recordset(given_deliveries) AS g(subscription_id text, due_at double precision)
  GROUP BY g.subscription_id ORDER BY g.subscription_id
  ON CONFLICT (subscription_id) DO UPDATE SET
    due_at = least(l.due_at, excluded.due_at),
    floor_at = least(l.floor_at, excluded.floor_at),
    wakeups = l.wakeups + 1;

  DELETE FROM ${schema}.unfanned u WHERE u.event_id = ANY (given_events);
END
$$;
`
