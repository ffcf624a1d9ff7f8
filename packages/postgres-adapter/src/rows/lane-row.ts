import {
  FULL_WINDOW,
  type LaneHold,
  type LaneState,
  type LaneWindow,
  type StorageReport,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { fromText, fromTextOrNull } from '../text.js'

/** A lane as its table has it. */
export interface LaneRow {
  readonly subscription_id: string
  readonly token: string | null
  readonly lease_until: number
  readonly lease_ms: number
  readonly due_at: number
  readonly wakeups: number
  readonly lifts: number
  readonly rate_window: string
  readonly crash_count: number
  readonly quarantined_at: number
  readonly hold: string | null
}

/** The columns of a lane, of the table called `l`. */
export const LANE_COLUMNS = `l.subscription_id, l.token, l.lease_until, l.lease_ms, l.due_at, l.wakeups, l.lifts, l.rate_window,
  l.crash_count, l.quarantined_at, l.hold`

/** The lane of a row. A window that cannot be read is reported, and taken to be used up; a hold that cannot, to be none. */
export const readLane = (row: LaneRow, report: StorageReport): LaneState => {
  const id = fromText(row.subscription_id)
  const read = <T>(text: string | null, field: string, isWhole: (value: T) => boolean, otherwise: T): T => {
    if (text === null) return otherwise
    try {
      const value = JSON.parse(text) as T
      if (isWhole(value)) return value
    } catch {
      // Reported with what parses and is something else.
    }
    report.malformed({ noun: 'lane', id, problem: `${field} is not what is written there` })
    return otherwise
  }
  return {
    subscriptionId: id,
    token: fromTextOrNull(row.token),
    leaseUntil: row.lease_until,
    leaseMs: row.lease_ms,
    dueAt: row.due_at,
    wakeups: row.wakeups,
    lifts: row.lifts,
    window: read(row.rate_window, 'rate_window', isWindow, FULL_WINDOW),
    crashCount: row.crash_count,
    quarantinedAt: row.quarantined_at,
    hold: read<LaneHold | null>(row.hold, 'hold', isHold, null),
  }
}

const isWindow = (value: Partial<LaneWindow> | null): boolean =>
  Array.isArray(value?.ends) &&
  value.ends.every((end) => typeof end === 'number') &&
  typeof value.reserved === 'number'

const isHold = (value: Partial<LaneHold> | null): boolean =>
  typeof value?.reason === 'string' && typeof value.cause === 'string' && typeof value.forMs === 'number'
