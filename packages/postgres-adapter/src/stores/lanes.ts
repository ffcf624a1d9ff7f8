import type { AcquireInput, Acquired, LaneStore } from '@swigs/webhooks-dispatcher/storage-kit'
import { LANE_COLUMNS, readLane, type LaneRow } from '../rows/lane-row.js'
import { toText } from '../text.js'
import type { At } from './at.js'
import { completeResults } from './complete.js'
import { extendLanes, releaseLanes } from './lane-writes.js'
import { readQueued, type QueuedRow } from '../rows/queued-row.js'
import { wakeStatement } from './wake.js'

/** So many tokens of calls that were made are known: those are repeated after a lost answer. */
const TOKENS_KEPT = 64

/** @param wrote told how many rows of the table of lanes were written */
export const postgresLanes = (at: At, wrote: (rows: number) => void): LaneStore => {
  const { database, schema, report } = at
  const tokens: string[] = []

  /** Whether a call under this token may have been made before. */
  const known = (token: string): boolean => {
    if (tokens.includes(token)) return true
    tokens.push(token)
    if (tokens.length > TOKENS_KEPT) tokens.shift()
    return false
  }

  const acquire = async ({ token, now, leaseMs, limit, subscriptionIds }: AcquireInput) => {
    const named = subscriptionIds !== undefined
    const free = 'l.due_at <= $2::double precision AND l.lease_until <= $2'
    // Rivals pass one another by; a lane that was asked for by name is waited for.
    const candidates = named
      ? `l.subscription_id IN (SELECT id FROM named) AND ${free} ORDER BY l.subscription_id`
      : `${free} AND l.ready_at <= $2 AND l.due_at < 8640000000000000 ORDER BY l.ready_at`
    const mine = named
      ? 'l.subscription_id IN (SELECT id FROM named)'
      : `l.ready_at > $2 AND l.ready_at <= $2 + $3::double precision AND l.due_at <= $2`
    const again = named || known(token)
    const rows = await database.query<LaneRow & { taken: boolean }>(
      `WITH named AS (SELECT json_array_elements_text($5::text::json) AS id),
       free AS MATERIALIZED (
         SELECT l.subscription_id FROM ${schema}.lanes l WHERE ${candidates} LIMIT $4
         FOR NO KEY UPDATE ${named ? '' : 'SKIP LOCKED'}
       ), taken AS (
         UPDATE ${schema}.lanes l SET token = $1, lease_until = $2 + $3::double precision, lease_ms = $3, hold = NULL,
           crash_count = l.crash_count + 1
         FROM free WHERE l.subscription_id = free.subscription_id AND ${free}
         RETURNING ${LANE_COLUMNS}
       )
       SELECT taken.*, true AS taken FROM taken
       ${again ? `UNION ALL SELECT ${LANE_COLUMNS}, true FROM ${schema}.lanes l WHERE ${mine} AND l.token = $1 AND l.lease_until > $2` : ''}
       ${named ? `UNION ALL SELECT ${LANE_COLUMNS}, false FROM ${schema}.lanes l WHERE ${mine} AND NOT (l.token IS NOT DISTINCT FROM $1 AND l.lease_until > $2) AND l.subscription_id NOT IN (SELECT subscription_id FROM taken)` : ''}`,
      [toText(token), now, leaseMs, limit, JSON.stringify((subscriptionIds ?? []).map(toText))],
    )
    wrote(rows.filter(({ taken }) => taken).length)
    return rows
  }

  return {
    acquire: async (input) => {
      const acquired: { [K in keyof Acquired]: Acquired[K][number][] } = { lanes: [], others: [] }
      for (const row of await acquire(input)) {
        const { dueAt: _dueAt, hold: _hold, ...lane } = readLane(row, report)
        if (row.taken) acquired.lanes.push({ ...lane, token: input.token })
        else acquired.others.push({ ...lane, dueAt: _dueAt, hold: _hold })
      }
      return acquired
    },
    extend: async (input) => {
      const held = await extendLanes(at, input)
      wrote(held.length)
      return held
    },
    release: async (input) => {
      const due = await releaseLanes(at, input)
      wrote(input.lanes.length)
      return due
    },
    upcoming: async ({ subscriptionId, limit }) => {
      const rows = await database.query<QueuedRow>(`SELECT * FROM ${schema}.upcoming($1, $2)`, [
        toText(subscriptionId),
        limit,
      ])
      return rows.map(readQueued)
    },
    complete: completeResults(at, wrote),
    wake: async ({ subscriptionIds, now, lift = false }) => {
      const ids = JSON.stringify([...new Set(subscriptionIds)].map(toText))
      await database.query(wakeStatement(schema, 'SELECT json_array_elements_text($2::text::json)', lift), [
        now,
        ids,
      ])
    },
    remove: async (subscriptionId) => {
      await database.query(
        `WITH l AS (DELETE FROM ${schema}.lanes WHERE subscription_id = $1 RETURNING *)
         UPDATE ${schema}.subscriptions s SET total_sent = s.total_sent + l.sent,
           total_failed = s.total_failed + l.failed, last_sent_at = coalesce(l.last_sent_at, s.last_sent_at),
           last_error = coalesce(l.last_error, s.last_error),
           failing_since = l.failing_since, last_failed_at = coalesce(l.last_failed_at, s.last_failed_at)
         FROM l WHERE s.id = l.subscription_id`,
        [toText(subscriptionId)],
      )
    },
  }
}
