/** Marks a file as ours (`PRAGMA application_id`): the letters "SWhk". */
export const APPLICATION_ID = 0x5357686b

/**
 * The schema, one step a version (`PRAGMA user_version`); a step that was released is never changed.
 *
 * Delivery states are small integers: 0 pending, 1 delivered, 2 failed, 3 cancelled. Instants are REAL epoch ms.
 * `deliveries_due` holds pending ones alone, so that neither a due query nor a settle gets slower with what is stored.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY,
    is_active INTEGER NOT NULL,
    created_at REAL NOT NULL,
    record TEXT NOT NULL,
    total_sent INTEGER NOT NULL,
    total_failed INTEGER NOT NULL,
    last_sent_at REAL,
    last_error TEXT
  ) WITHOUT ROWID;
  CREATE INDEX subscriptions_newest ON subscriptions (created_at, id);
  CREATE TABLE subscription_events (
    pattern TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    PRIMARY KEY (pattern, subscription_id)
  ) WITHOUT ROWID;
  CREATE INDEX subscription_events_of ON subscription_events (subscription_id);

  CREATE TABLE events (
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    site_id TEXT,
    body TEXT NOT NULL,
    occurred_at REAL NOT NULL,
    accepted_at REAL NOT NULL,
    only_for TEXT,
    sweep_at REAL
  );
  CREATE INDEX events_unfanned ON events (sweep_at) WHERE sweep_at IS NOT NULL;
  CREATE INDEX events_newest ON events (accepted_at, id);
  CREATE INDEX events_by_type ON events (type, accepted_at, id);
  CREATE INDEX events_by_site ON events (site_id, accepted_at, id) WHERE site_id IS NOT NULL;

  CREATE TABLE deliveries (
    id TEXT NOT NULL UNIQUE,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    site_id TEXT,
    subscription_id TEXT NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT,
    due_at REAL NOT NULL,
    created_at REAL NOT NULL,
    settled_at REAL,
    attempt_count INTEGER NOT NULL,
    schedule_step INTEGER NOT NULL,
    once INTEGER NOT NULL,
    attempts TEXT NOT NULL
  );
  CREATE INDEX deliveries_due ON deliveries (subscription_id, due_at, id) WHERE state = 0;
  CREATE INDEX deliveries_failed ON deliveries (subscription_id, settled_at) WHERE state = 2;
  CREATE INDEX deliveries_newest ON deliveries (created_at, id);
  CREATE INDEX deliveries_by_subscription ON deliveries (subscription_id, created_at, id);
  CREATE INDEX deliveries_by_event ON deliveries (event_id);

  CREATE TABLE lanes (
    subscription_id TEXT PRIMARY KEY,
    token TEXT,
    lease_until REAL NOT NULL,
    due_at REAL NOT NULL,
    wakeups INTEGER NOT NULL,
    ends TEXT NOT NULL,
    reserved INTEGER NOT NULL,
    crashCount INTEGER NOT NULL,
    held_strikes INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX lanes_due ON lanes (due_at) WHERE due_at < 8640000000000000;

  CREATE TABLE settled (
    state INTEGER PRIMARY KEY,
    deliveries INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO settled VALUES (1, 0), (2, 0), (3, 0);
  CREATE TRIGGER settled_change AFTER UPDATE OF state ON deliveries WHEN old.state <> new.state BEGIN
    UPDATE settled SET deliveries = deliveries + (state = new.state) - (state = old.state)
    WHERE state IN (old.state, new.state);
  END;
  CREATE TRIGGER settled_delete AFTER DELETE ON deliveries WHEN old.state <> 0 BEGIN
    UPDATE settled SET deliveries = deliveries - 1 WHERE state = old.state;
  END;
  `,
  // Lists by one filter. Delivered ones need none of their own: nearly all are, so the newest are soon found.
  `
  CREATE INDEX deliveries_by_type ON deliveries (event_type, created_at, id);
  CREATE INDEX deliveries_by_site ON deliveries (site_id, created_at, id) WHERE site_id IS NOT NULL;
  CREATE INDEX deliveries_pending ON deliveries (created_at, id) WHERE state = 0;
  CREATE INDEX deliveries_given_up ON deliveries (created_at, id) WHERE state = 2;
  CREATE INDEX deliveries_cancelled ON deliveries (created_at, id) WHERE state = 3;
  CREATE INDEX deliveries_given_up_of ON deliveries (subscription_id, created_at, id) WHERE state = 2;
  CREATE INDEX deliveries_cancelled_of ON deliveries (subscription_id, created_at, id) WHERE state = 3;
  `,
]
