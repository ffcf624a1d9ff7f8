import type { ExtendInput, LaneRelease } from '@swigs/webhooks-dispatcher/storage-kit'
import { fromText, toText } from '../text.js'
import type { At } from './at.js'

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
  const rows = await database.query<{ id: string }>(`SELECT ${schema}.extend($1::text::json, $2, $3) AS id`, [
    JSON.stringify(given),
    now,
    leaseMs,
  ])
  return rows.map(({ id }) => fromText(id))
}

/** Gives lanes back that are still held; answers those that stay due, as somebody has woken them whom their owner has not seen. */
export const releaseLanes = async (
  { database, schema }: At,
  { now, lanes }: { readonly now: number; readonly lanes: readonly LaneRelease[] },
): Promise<string[]> => {
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
  const rows = await database.query<{ woken: string | null }>(
    `SELECT ${schema}.release($1::text::json, $2) AS woken`,
    [JSON.stringify(given), now],
  )
  return rows.flatMap(({ woken }) => (woken === null ? [] : fromText(woken)))
}
