/**
 * Version 2: what attempts came to, by subscription and minute (`step` 1) or hour (0), and since when nothing but failures came.
 * A minute's row is written by the one owner of its lane; the index by time does not hold what changes.
 */
export const healthAndMetrics = (schema: string): string => `
CREATE TABLE ${schema}.metrics (
  step smallint NOT NULL,
  subscription_id text COLLATE "C" NOT NULL,
  at double precision NOT NULL,
  counts integer[] NOT NULL,
  PRIMARY KEY (step, subscription_id, at)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0);
CREATE INDEX metrics_by_time ON ${schema}.metrics (step, at);

ALTER TABLE ${schema}.subscriptions ADD COLUMN health text, ADD COLUMN failing_since double precision,
  ADD COLUMN last_failed_at double precision;
ALTER TABLE ${schema}.lanes ADD COLUMN failing_since double precision, ADD COLUMN last_failed_at double precision;
ALTER TABLE ${schema}.lanes_aside ADD COLUMN failing_since double precision, ADD COLUMN last_failed_at double precision;
`
