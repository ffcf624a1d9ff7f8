import {
  NEVER,
  type AcquireInput,
  type Acquired,
  type LaneState,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { SELECT_LANES, toLaneState, toOwned } from './lane-row.js'

/**
 * Within a write: takes lanes that are due and free, and answers again those that this token has taken before.
 *
 * The lanes that are due are walked by their time; those that others hold are among them, and are passed over.
 */
export const acquire = (database: Database, input: AcquireInput): Acquired => {
  const { token, now, limit, subscriptionIds } = input
  const taken: LaneState[] = []
  const others: LaneState[] = []
  for (const row of candidates(database, input)) {
    const subscriptionId = database.names.nameOf(Number(row['sub']))
    if (subscriptionId === null) continue
    const lane = toLaneState(database, subscriptionId, row)
    if (lane.token === token && lane.leaseUntil > now) taken.push(lane)
    else if (lane.dueAt > now || lane.leaseUntil > now || taken.length >= limit) others.push(lane)
    else taken.push(take(database, lane, Number(row['sub']), input))
  }
  return { lanes: taken.map((lane) => toOwned(lane, token)), others: subscriptionIds ? others : [] }
}

const candidates = (database: Database, { token, now, limit, subscriptionIds }: AcquireInput): Row[] =>
  subscriptionIds
    ? [...new Set(subscriptionIds)].flatMap((id) => {
        const sub = database.names.numberOf(id)
        return sub === null ? [] : database.sql(`${SELECT_LANES} WHERE l.sub = ?`).all(sub)
      })
    : database
        .sql(
          `${SELECT_LANES} WHERE l.due_at < ${NEVER} AND l.due_at <= ? AND (l.lease_until <= ? OR l.token = ?)
           ORDER BY l.due_at LIMIT ?`,
        )
        .all(now, now, token, limit)

const take = (
  database: Database,
  lane: LaneState,
  sub: number,
  { token, now, leaseMs }: AcquireInput,
): LaneState => {
  const leaseUntil = now + leaseMs
  database
    .sql(
      `UPDATE lanes SET token = ?, lease_until = ?, lease_ms = ?, crash_count = crash_count + 1,
       hold_reason = NULL, hold_cause = NULL WHERE sub = ?`,
    )
    .run(token, leaseUntil, leaseMs, sub)
  return { ...lane, token, leaseUntil, leaseMs, crashCount: lane.crashCount + 1, hold: null }
}
