import { PLANNED } from './planned.js'

/**
 * `append`: stores events that are not there, and their places among those that are to be fanned out; answers which are of
 * this call, and the transaction it was in.
 */
export const appendFunction = (schema: string): string => `
CREATE FUNCTION ${schema}.append(given_events json, given_call text) RETURNS TABLE (id text, transaction text)
${PLANNED} AS $$
#variable_conflict use_column
DECLARE
  hash bigint := hashtextextended(given_call, 0);
BEGIN
  RETURN QUERY WITH given AS MATERIALIZED (
    SELECT DISTINCT ON (r.id) r.* FROM json_to_recordset(given_events) AS r(id text, type text, site_id text, body text,
      occurred_at double precision, accepted_at double precision, target text, visible_at double precision)
    ORDER BY r.id
  ), made AS (
    INSERT INTO ${schema}.events AS e (id, type, site_id, body, occurred_at, accepted_at, target)
    SELECT g.id, g.type, g.site_id, g.body, g.occurred_at, g.accepted_at, g.target FROM given g
    ON CONFLICT (id) DO NOTHING RETURNING e.id
  ), queued AS (
    INSERT INTO ${schema}.unfanned (event_id, visible_at, call_hash)
    SELECT g.id, g.visible_at, hash FROM given g JOIN made m ON m.id = g.id
  )
  SELECT m.id, pg_current_xact_id()::text FROM made m
  UNION ALL
  SELECT g.id, pg_current_xact_id()::text FROM given g
  WHERE (SELECT u.call_hash FROM ${schema}.unfanned u WHERE u.event_id = g.id) = hash;
END
$$;
`
