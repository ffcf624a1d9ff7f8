/**
 * Version 1. Instants are epoch ms, as `double precision`; text is as `text.ts` makes it, ordered byte by byte.
 *
 * What changes is small, what is large is written once: `lanes`, `unfanned` and `pending` are hot; `events` and `settled` are
 * never updated. No index holds anything that a settle changes, so that settling writes each index once and never again.
 */
export const tables = (schema: string): string => `
CREATE TABLE ${schema}.subscriptions (
  id text COLLATE "C" PRIMARY KEY,
  app_name text NOT NULL,
  url text NOT NULL,
  events text[] NOT NULL,
  site_ids text[] NOT NULL,
  is_active boolean NOT NULL,
  inactive_reason text,
  paused_at double precision,
  description text,
  headers text NOT NULL,
  rate_limit text NOT NULL,
  secrets text NOT NULL,
  primary_secret text NOT NULL,
  total_sent double precision NOT NULL,
  total_failed double precision NOT NULL,
  last_sent_at double precision,
  last_error text,
  created_at double precision NOT NULL,
  updated_at double precision NOT NULL
);
CREATE INDEX subscriptions_newest ON ${schema}.subscriptions (created_at, id);
CREATE INDEX subscriptions_by_pattern ON ${schema}.subscriptions USING gin (events) WHERE is_active;

CREATE TABLE ${schema}.events (
  id text COLLATE "C" PRIMARY KEY,
  type text COLLATE "C" NOT NULL,
  site_id text COLLATE "C",
  body text NOT NULL,
  occurred_at double precision NOT NULL,
  accepted_at double precision NOT NULL,
  target text
);
CREATE INDEX events_newest ON ${schema}.events (accepted_at, id);
CREATE INDEX events_by_type ON ${schema}.events (type, accepted_at, id);
CREATE INDEX events_by_site ON ${schema}.events (site_id, accepted_at, id) WHERE site_id IS NOT NULL;

-- What nobody has fanned out: a row beside the event, so that marking it writes neither its body nor its indexes again.
CREATE TABLE ${schema}.unfanned (
  event_id text COLLATE "C" PRIMARY KEY,
  visible_at double precision NOT NULL,
  call_hash bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX unfanned_visible ON ${schema}.unfanned (visible_at);

CREATE TABLE ${schema}.lanes (
  subscription_id text COLLATE "C" PRIMARY KEY,
  token text,
  lease_until double precision NOT NULL DEFAULT 0,
  lease_ms double precision NOT NULL DEFAULT 0,
  due_at double precision NOT NULL,
  -- From when it can be taken: the one column that is indexed, so that a wake of a lane that is held stays on its page.
  ready_at double precision NOT NULL GENERATED ALWAYS AS (greatest(due_at, lease_until)) STORED,
  -- Nothing of it that is pending is due before this: a look for work starts here, not at what has settled since.
  floor_at double precision NOT NULL DEFAULT '-Infinity',
  wakeups integer NOT NULL DEFAULT 0,
  lifts integer NOT NULL DEFAULT 0,
  rate_window text NOT NULL DEFAULT '{"ends":[],"reserved":0}',
  crash_count integer NOT NULL DEFAULT 0,
  quarantined_at integer NOT NULL DEFAULT 0,
  hold text,
  -- Statistics since the lane came to be; those before are with the subscription.
  sent double precision NOT NULL DEFAULT 0,
  failed double precision NOT NULL DEFAULT 0,
  last_sent_at double precision,
  last_error text
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0);
CREATE INDEX lanes_ready ON ${schema}.lanes (ready_at) WHERE due_at < 8640000000000000;
-- Where lanes stand while their table is made anew.
CREATE TABLE ${schema}.lanes_aside (LIKE ${schema}.lanes INCLUDING GENERATED);

CREATE TABLE ${schema}.pending (
  id text COLLATE "C" PRIMARY KEY,
  event_id text COLLATE "C" NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  site_id text COLLATE "C",
  subscription_id text COLLATE "C" NOT NULL,
  day integer NOT NULL,
  due_at double precision NOT NULL,
  created_at double precision NOT NULL,
  attempt_count integer NOT NULL DEFAULT 0,
  schedule_step integer NOT NULL DEFAULT 0,
  once boolean NOT NULL,
  attempts text[] NOT NULL DEFAULT '{}',
  answers text[] NOT NULL DEFAULT '{}',
  -- By the clock of whoever wrote it last: a due time that a wrong clock has made is known by it.
  written_at double precision NOT NULL,
  call_hash bigint
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0);
CREATE INDEX pending_due ON ${schema}.pending (subscription_id, due_at, id);
CREATE INDEX pending_newest ON ${schema}.pending (created_at, id);
CREATE INDEX pending_of ON ${schema}.pending (subscription_id, created_at, id);
CREATE INDEX pending_by_event ON ${schema}.pending (event_id, created_at, id);

-- A partition a day of acceptance, made when it is first needed and dropped whole.
CREATE TABLE ${schema}.settled (
  id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  site_id text COLLATE "C",
  subscription_id text COLLATE "C" NOT NULL,
  day integer NOT NULL,
  due_at double precision NOT NULL,
  created_at double precision NOT NULL,
  attempt_count integer NOT NULL,
  schedule_step integer NOT NULL,
  once boolean NOT NULL,
  attempts text[] NOT NULL,
  answers text[] NOT NULL,
  call_hash bigint,
  state smallint NOT NULL,
  reason text,
  settled_at double precision NOT NULL,
  PRIMARY KEY (id, day)
) PARTITION BY LIST (day);
CREATE INDEX settled_newest ON ${schema}.settled (created_at, id);
CREATE INDEX settled_of ON ${schema}.settled (subscription_id, created_at, id);
CREATE INDEX settled_by_event ON ${schema}.settled (event_id, created_at, id);
CREATE INDEX settled_failed ON ${schema}.settled (created_at, id) WHERE state = 2;
CREATE INDEX settled_failed_of ON ${schema}.settled (subscription_id, created_at, id) WHERE state = 2;
CREATE INDEX settled_cancelled ON ${schema}.settled (created_at, id) WHERE state = 3;
CREATE INDEX settled_cancelled_of ON ${schema}.settled (subscription_id, created_at, id) WHERE state = 3;

-- What was settled, by day and state: a row a call, summed up now and then, so that counting neither scans nor contends.
CREATE TABLE ${schema}.tally (
  day integer NOT NULL,
  delivered double precision NOT NULL,
  failed double precision NOT NULL,
  cancelled double precision NOT NULL
);
`

/** Times that are sent again. */
export const replaysTable = (schema: string): string => `
CREATE TABLE ${schema}.replays (
  id text COLLATE "C" PRIMARY KEY,
  created_at double precision NOT NULL,
  running boolean NOT NULL,
  revision text NOT NULL,
  record text NOT NULL
);
CREATE INDEX replays_newest ON ${schema}.replays (created_at, id);
CREATE INDEX replays_running ON ${schema}.replays (created_at, id) WHERE running;
`
