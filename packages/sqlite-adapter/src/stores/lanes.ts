import { type ExtendInput, type LaneRelease, type LaneWindow } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import { acquire } from './acquire.js'
import { complete } from './complete.js'
import { packQueued, type PackedQueue } from './packed-deliveries.js'
import { upcoming } from './upcoming.js'
import { read, write } from './verb.js'
import { wakeLanes } from './wake-lanes.js'

const putWindow = (database: Database, sub: number, { ends, reserved }: LaneWindow): void => {
  const text = JSON.stringify(ends)
  const stored = database.sql('SELECT ends, reserved FROM windows WHERE sub = ?').get(sub)
  const same = stored
    ? stored['ends'] === text && stored['reserved'] === reserved
    : text === '[]' && !reserved
  // Without a limit there is nothing to keep, and a lane is given back often.
  if (!same) database.sql('INSERT OR REPLACE INTO windows VALUES (?, ?, ?)').run(sub, text, reserved)
}

const extend = (database: Database, { now, leaseMs, lanes }: ExtendInput): string[] =>
  lanes.flatMap(({ subscriptionId, token, window }) => {
    const sub = database.names.numberOf(subscriptionId)
    if (sub === null) return []
    const { changes } = database
      .sql('UPDATE lanes SET lease_until = ?, lease_ms = ? WHERE sub = ? AND token = ?')
      .run(now + leaseMs, leaseMs, sub, token)
    if (changes === 0) return []
    if (window) putWindow(database, sub, window)
    return [subscriptionId]
  })

/** Answers whether a wake that its owner has not seen leaves it due. */
const release = (database: Database, now: number, given: LaneRelease): boolean => {
  const { subscriptionId, token, wakeups, lifts, dueAt, window, crashCount, quarantinedAt } = given
  const sub = database.names.numberOf(subscriptionId)
  const lane =
    sub === null ? undefined : database.sql('SELECT token, wakeups, lifts FROM lanes WHERE sub = ?').get(sub)
  if (sub === null || lane?.['token'] !== token) return false
  const hold = lane['lifts'] === lifts ? given.hold : null
  database
    .sql(
      `UPDATE lanes SET token = NULL, lease_until = ?, lease_ms = ?, due_at = ?, crash_count = ?, quarantined_at = ?,
       hold_reason = ?, hold_cause = ? WHERE sub = ?`,
    )
    .run(
      hold ? now + hold.forMs : 0,
      hold?.forMs ?? 0,
      lane['wakeups'] === wakeups ? dueAt : now,
      crashCount,
      quarantinedAt,
      hold?.reason ?? null,
      hold?.cause ?? null,
      sub,
    )
  putWindow(database, sub, window)
  return lane['wakeups'] !== wakeups
}

const wake = (
  database: Database,
  {
    subscriptionIds,
    now,
    lift = false,
  }: { subscriptionIds: readonly string[]; now: number; lift?: boolean | undefined },
): void => {
  wakeLanes(database, subscriptionIds, now)
  if (!lift) return
  for (const id of new Set(subscriptionIds)) {
    const sub = database.names.numberOf(id)
    database
      .sql('UPDATE lanes SET lifts = lifts + 1, crash_count = 0, quarantined_at = 0 WHERE sub = ?')
      .run(sub)
    database
      .sql(
        `UPDATE lanes SET lease_until = 0, lease_ms = 0, hold_reason = NULL, hold_cause = NULL
         WHERE sub = ? AND token IS NULL`,
      )
      .run(sub)
  }
}

export const laneVerbs = {
  'lanes.acquire': write(acquire),
  'lanes.extend': write(extend),
  'lanes.release': write(
    (database, { now, lanes }: { now: number; lanes: readonly LaneRelease[] }): string[] =>
      lanes.filter((lane) => release(database, now, lane)).map(({ subscriptionId }) => subscriptionId),
  ),
  'lanes.upcoming': read((database, query: { subscriptionId: string; limit: number }): PackedQueue =>
    upcoming(database, query).flatMap(packQueued),
  ),
  'lanes.complete': write(complete),
  'lanes.wake': write(wake),
  'lanes.remove': write((database, subscriptionId: string): void => {
    const sub = database.names.numberOf(subscriptionId)
    if (sub === null) return
    database.sql('DELETE FROM lanes WHERE sub = ?').run(sub)
    database.sql('DELETE FROM windows WHERE sub = ?').run(sub)
  }),
}
