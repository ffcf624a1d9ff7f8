import { ADDITIONS } from './additions.js'

/** Marks a file as ours (`PRAGMA application_id`): the letters "SWhk". */
export const APPLICATION_ID = 0x5357686b

/** The schema that `SCHEMA` makes. */
export const BASE_VERSION = 3

/** The schema that this version writes (`PRAGMA user_version`). */
export const SCHEMA_VERSION = BASE_VERSION + ADDITIONS.length

/**
 * Schema 3, to which `ADDITIONS` add. What is written most is small, and lies at the end of its table.
 *
 * - Subscription ids, types and sites are numbers (`names`), and so are events. A delivery is its event and its subscription.
 * - What waits is in `pending` alone, and the record of a delivery is written once, when it ends, with its last attempt in it.
 *   Earlier attempts are in `attempts`. `pending` lies in the order of lists, `(created_at, event, sub)`; so did `ended`, which has an
 *   index in that order since version 8.
 * - `fan_outs` has the creation times of an event's deliveries, nearly always one: with it, an event leads to its deliveries
 *   without an index of their own.
 * - What is sorted by lane is written late and in bulk, as a commit would touch a page of every lane otherwise: `lane_queue` has
 *   the order in which a lane sends, and keeps entries of deliveries that are no longer pending for a while (`queue.ts`);
 *   `ended_of` has what ended by subscription, `ended_lately` what is not in it yet (`ended-of.ts`).
 * - A pending delivery that was never tried (`tried = 0`) is due at its creation, and so its place in its lane is its place in
 *   a list. For the others there are small indexes, and `written_at` says when their due time was written.
 * - An event that nobody has fanned out is in `unfanned`: its own row is written once.
 * - What is kept about a lane for every wake lies apart from its rate window, which is long.
 *
 * States of deliveries: 1 delivered, 2 failed, 3 cancelled. Instants are epoch ms. Tables are STRICT: no column can hold what
 * it must not.
 */
export const SCHEMA = `
  CREATE TABLE names (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE subscriptions (
    sub INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    is_active INTEGER NOT NULL,
    created_at REAL NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX subscriptions_latest ON subscriptions (created_at, id);
  CREATE TABLE subscription_events (
    pattern TEXT NOT NULL,
    sub INTEGER NOT NULL,
    PRIMARY KEY (pattern, sub)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX subscription_events_of ON subscription_events (sub);
  CREATE TABLE stats (
    sub INTEGER PRIMARY KEY,
    total_sent INTEGER NOT NULL,
    total_failed INTEGER NOT NULL,
    last_sent_at REAL,
    last_error TEXT
  ) STRICT;

  CREATE TABLE events (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    type INTEGER NOT NULL,
    site INTEGER,
    target TEXT,
    occurred_at REAL NOT NULL,
    accepted_at REAL NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_latest ON events (accepted_at);
  CREATE INDEX events_of_type ON events (type, accepted_at);
  CREATE INDEX events_of_site ON events (site, accepted_at) WHERE site IS NOT NULL;
  CREATE TABLE unfanned (event INTEGER PRIMARY KEY, visible_at REAL NOT NULL, call TEXT NOT NULL) STRICT;
  CREATE INDEX unfanned_visible ON unfanned (visible_at);
  CREATE TABLE fan_outs (
    event INTEGER NOT NULL,
    created_at REAL NOT NULL,
    PRIMARY KEY (event, created_at)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE pending (
    created_at REAL NOT NULL,
    event INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    tried INTEGER NOT NULL,
    due_at REAL NOT NULL,
    attempt_count INTEGER NOT NULL,
    schedule_step INTEGER NOT NULL,
    once INTEGER NOT NULL,
    written_at REAL,
    PRIMARY KEY (created_at, event, sub)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pending_tried_of ON pending (sub, created_at, event) WHERE tried = 1;
  CREATE INDEX pending_tried_due ON pending (due_at, written_at) WHERE tried = 1;

  CREATE TABLE lane_queue (
    sub INTEGER NOT NULL,
    tried INTEGER NOT NULL,
    due_at REAL NOT NULL,
    event INTEGER NOT NULL,
    created_at REAL,
    PRIMARY KEY (sub, tried, due_at, event)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ended (
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
    PRIMARY KEY (created_at, event, sub)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ended_failed ON ended (created_at, event, sub) WHERE state = 2;
  CREATE INDEX ended_cancelled ON ended (created_at, event, sub) WHERE state = 3;
  CREATE INDEX ended_failed_of ON ended (sub, created_at, event) WHERE state = 2;
  CREATE INDEX ended_cancelled_of ON ended (sub, created_at, event) WHERE state = 3;

  CREATE TABLE ended_of (
    sub INTEGER NOT NULL,
    created_at REAL NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (sub, created_at, event)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ended_lately (
    seq INTEGER PRIMARY KEY,
    sub INTEGER NOT NULL,
    created_at REAL NOT NULL,
    event INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE attempts (
    event INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at REAL NOT NULL,
    duration_ms REAL NOT NULL,
    status_code INTEGER,
    error_class TEXT,
    error TEXT,
    response_body TEXT,
    truncated INTEGER NOT NULL,
    retry_after_ms REAL,
    repeated INTEGER,
    PRIMARY KEY (event, sub, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE lanes (
    sub INTEGER PRIMARY KEY,
    token TEXT,
    lease_until REAL NOT NULL,
    lease_ms REAL NOT NULL,
    due_at REAL NOT NULL,
    wakeups INTEGER NOT NULL,
    lifts INTEGER NOT NULL,
    crash_count INTEGER NOT NULL,
    quarantined_at INTEGER NOT NULL,
    hold_reason TEXT,
    hold_cause TEXT
  ) STRICT;
  CREATE INDEX lanes_by_due ON lanes (due_at) WHERE due_at < 8640000000000000;
  CREATE TABLE windows (sub INTEGER PRIMARY KEY, ends TEXT NOT NULL, reserved INTEGER NOT NULL) STRICT;

  CREATE TABLE tally (
    one INTEGER PRIMARY KEY,
    pending INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    announced INTEGER NOT NULL
  ) STRICT;
  INSERT INTO tally VALUES (1, 0, 0, 0, 0, 0);
`
