import type { ExtendInput, LaneRelease } from '@swigs/webhooks-dispatcher/storage-kit'
import { fromText, toText } from '../text.js'
import type { At } from './at.js'

/**
 * The lanes that are still held of those given, locked in the order of their ids. `seen` has each as it was when the statement
 * began, and the first due time of what was pending for it then: the floor to raise its own to, unless anyone has changed
 * either since.
 */
const held = (schema: string): string => `seen AS MATERIALIZED (
    SELECT l.subscription_id, l.wakeups, l.floor_at,
      coalesce((SELECT p.due_at FROM ${schema}.pending p WHERE p.subscription_id = l.subscription_id
        AND p.due_at >= l.floor_at ORDER BY p.due_at LIMIT 1), 'Infinity') AS first_due_at
    FROM ${schema}.lanes l JOIN given g ON g.subscription_id = l.subscription_id
  ), held AS MATERIALIZED (
    SELECT l.subscription_id FROM ${schema}.lanes l JOIN given g ON g.subscription_id = l.subscription_id AND g.token = l.token
    ORDER BY l.subscription_id FOR NO KEY UPDATE OF l
  )`

const raised = `floor_at = CASE WHEN l.wakeups = seen.wakeups AND l.floor_at = seen.floor_at THEN seen.first_due_at
    ELSE l.floor_at END`

const ofHeld = `FROM held JOIN seen ON seen.subscription_id = held.subscription_id
     JOIN given g ON g.subscription_id = held.subscription_id
     WHERE l.subscription_id = held.subscription_id AND l.token = g.token`

/** Extends leases; answers the ids still held. */
export const extendLanes = async (
  { database, schema }: At,
  { now, leaseMs, lanes }: ExtendInput,
): Promise<string[]> => {
  const given = lanes.map(({ subscriptionId, token, window }) => ({
    subscription_id: toText(subscriptionId),
    token: toText(token),
    rate_window: window ? JSON.stringify(window) : null,
  }))
  const rows = await database.query<{ id: string }>(
    `WITH given AS (
       SELECT * FROM json_to_recordset($1::json) AS g(subscription_id text, token text, rate_window text)
     ), ${held(schema)}
     UPDATE ${schema}.lanes l SET lease_until = $2::double precision + $3, lease_ms = $3,
       rate_window = coalesce(g.rate_window, l.rate_window), ${raised}
     ${ofHeld}
     RETURNING l.subscription_id AS id`,
    [JSON.stringify(given), now, leaseMs],
  )
  return rows.map(({ id }) => fromText(id))
}

/** Gives lanes back that are still held. */
export const releaseLanes = async (
  { database, schema }: At,
  { now, lanes }: { readonly now: number; readonly lanes: readonly LaneRelease[] },
): Promise<void> => {
  const given = lanes.map((lane) => ({
    subscription_id: toText(lane.subscriptionId),
    token: toText(lane.token),
    wakeups: lane.wakeups,
    lifts: lane.lifts,
    due_at: lane.dueAt,
    hold: lane.hold && JSON.stringify(lane.hold),
    hold_ms: lane.hold?.forMs ?? null,
    rate_window: JSON.stringify(lane.window),
    crash_count: lane.crashCount,
    quarantined_at: lane.quarantinedAt,
  }))
  await database.query(
    `WITH given AS (
       SELECT * FROM json_to_recordset($1::json) AS g(subscription_id text, token text, wakeups integer, lifts integer,
         due_at double precision, hold text, hold_ms double precision, rate_window text, crash_count integer,
         quarantined_at integer)
     ), ${held(schema)}
     UPDATE ${schema}.lanes l SET token = NULL,
       due_at = CASE WHEN l.wakeups = g.wakeups THEN g.due_at ELSE $2 END,
       lease_until = CASE WHEN l.lifts = g.lifts AND g.hold IS NOT NULL THEN $2 + g.hold_ms ELSE 0 END,
       lease_ms = CASE WHEN l.lifts = g.lifts AND g.hold IS NOT NULL THEN g.hold_ms ELSE 0 END,
       hold = CASE WHEN l.lifts = g.lifts THEN g.hold END,
       rate_window = g.rate_window, crash_count = g.crash_count, quarantined_at = g.quarantined_at, ${raised}
     ${ofHeld}`,
    [JSON.stringify(given), now],
  )
}
