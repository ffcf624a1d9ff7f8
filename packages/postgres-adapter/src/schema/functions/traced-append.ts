import { PLANNED } from './planned.js'

/**
 * Version 2: an event's trace beside it, and `append` and `append_one` with it, otherwise as they were. The `append_one` of
 * version 1 stays for processes that were not updated yet: it has one argument less.
 */
export const tracedAppend = (schema: string): string => `
ALTER TABLE ${schema}.events ADD COLUMN trace text;

CREATE OR REPLACE FUNCTION ${schema}.append(given_events json, given_call text) RETURNS SETOF text ${PLANNED} AS $$
DECLARE
  hash bigint := hashtextextended(given_call, 0);
BEGIN
  RETURN QUERY WITH given AS MATERIALIZED (
    SELECT DISTINCT ON (r.id) r.* FROM json_to_recordset(given_events) AS r(id text, type text, site_id text, body text,
      occurred_at double precision, accepted_at double precision, target text, trace text, visible_at double precision)
    ORDER BY r.id
  ), made AS (
    INSERT INTO ${schema}.events AS e (id, type, site_id, body, occurred_at, accepted_at, target, trace)
    SELECT g.id, g.type, g.site_id, g.body, g.occurred_at, g.accepted_at, g.target, g.trace FROM given g
    ON CONFLICT (id) DO NOTHING RETURNING e.id
  ), queued AS (
    INSERT INTO ${schema}.unfanned (event_id, visible_at, call_hash)
    SELECT g.id, g.visible_at, hash FROM given g JOIN made m ON m.id = g.id
  )
  SELECT m.id FROM made m
  UNION ALL
  SELECT g.id FROM given g
  WHERE (SELECT u.call_hash FROM ${schema}.unfanned u WHERE u.event_id = g.id) = hash;
END
$$;

CREATE FUNCTION ${schema}.append_one(given_id text, given_type text, given_site_id text, given_body text,
  given_occurred_at double precision, given_accepted_at double precision, given_target text,
  given_visible_at double precision, given_call text, given_trace text)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ${schema}.events (id, type, site_id, body, occurred_at, accepted_at, target, trace)
  VALUES (given_id, given_type, given_site_id, given_body, given_occurred_at, given_accepted_at, given_target, given_trace)
  ON CONFLICT (id) DO NOTHING;
  IF NOT FOUND THEN
    RETURN (SELECT pg_current_xact_id()::text FROM ${schema}.unfanned u
      WHERE u.event_id = given_id AND u.call_hash = hashtextextended(given_call, 0));
  END IF;
  INSERT INTO ${schema}.unfanned (event_id, visible_at, call_hash)
  VALUES (given_id, given_visible_at, hashtextextended(given_call, 0));
  RETURN pg_current_xact_id()::text;
END
$$;
`
