/** What each version since `SCHEMA` adds, in order; one that was released is never changed. */
export const ADDITIONS: readonly string[] = [
  'ALTER TABLE events ADD COLUMN trace TEXT;',
  `CREATE TABLE replays (
    id TEXT PRIMARY KEY,
    created_at REAL NOT NULL,
    running INTEGER NOT NULL,
    revision TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX replays_latest ON replays (created_at, id);
  CREATE INDEX replays_running ON replays (created_at, id) WHERE running = 1;`,
  // What attempts came to, by minute and hour (`step` 1 and 0; `at` in minutes since the epoch; `sub` 0: all together), rows of one
  // minute together. What was counted lately is in `metrics_lately`, a row a batch (`count-metrics.ts`).
  `ALTER TABLE stats ADD COLUMN failing_since REAL;
  ALTER TABLE stats ADD COLUMN last_failed_at REAL;
  CREATE TABLE metrics (
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (step, at, sub)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE metrics_lately (seq INTEGER PRIMARY KEY, minute INTEGER NOT NULL, counts TEXT NOT NULL) STRICT;`,
  // What was answered beside a body, and whom was asked. At the end of an attempt's columns, in this order (`ATTEMPT_COLUMNS`).
  `ALTER TABLE ended ADD COLUMN response_headers TEXT;
  ALTER TABLE ended ADD COLUMN address TEXT;
  ALTER TABLE attempts ADD COLUMN response_headers TEXT;
  ALTER TABLE attempts ADD COLUMN address TEXT;`,
  // Records in the order in which they are written, with an index in the order of lists: lanes that are some events apart end
  // deliveries of all of these in one commit, which wrote a page of records for nearly each (40 of 64), and now writes two, and
  // ten of the index.
  `ALTER TABLE ended RENAME TO ended_7;
  ${['ended_failed', 'ended_cancelled', 'ended_failed_of', 'ended_cancelled_of'].map((name) => `DROP INDEX ${name};`).join(' ')}
  CREATE TABLE ended (
    n INTEGER PRIMARY KEY,
    created_at REAL NOT NULL,
    event INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT,
    settled_at REAL NOT NULL,
    attempt_count INTEGER NOT NULL,
    schedule_step INTEGER NOT NULL,
    once INTEGER NOT NULL,
    number INTEGER,
    started_at REAL,
    duration_ms REAL,
    status_code INTEGER,
    error_class TEXT,
    error TEXT,
    response_body TEXT,
    truncated INTEGER,
    retry_after_ms REAL,
    repeated INTEGER,
    response_headers TEXT,
    address TEXT
  ) STRICT;
  INSERT INTO ended SELECT NULL, * FROM ended_7 ORDER BY created_at, event, sub;
  DROP TABLE ended_7;
  CREATE UNIQUE INDEX ended_places ON ended (created_at, event, sub);
  CREATE INDEX ended_failed ON ended (created_at, event, sub) WHERE state = 2;
  CREATE INDEX ended_cancelled ON ended (created_at, event, sub) WHERE state = 3;
  CREATE INDEX ended_failed_of ON ended (sub, created_at, event) WHERE state = 2;
  CREATE INDEX ended_cancelled_of ON ended (sub, created_at, event) WHERE state = 3;`,
]
