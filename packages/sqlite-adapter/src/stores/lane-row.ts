import {
  EMPTY_WINDOW,
  FULL_WINDOW,
  type HoldReason,
  type Lane,
  type LaneHold,
  type LaneState,
  type LaneWindow,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { nullableText } from './values.js'

/** A lane with its window, by a condition on `l`. */
export const SELECT_LANES = 'SELECT l.*, w.ends, w.reserved FROM lanes l LEFT JOIN windows w ON w.sub = l.sub'

const REASONS: readonly string[] = [
  'rate_limit',
  'retry_after',
  'quarantine',
  'own_fault',
] satisfies HoldReason[]

/** A window that cannot be read counts as full: whatever the limit is, it is not overrun. */
const windowOf = (database: Database, subscriptionId: string, row: Row): LaneWindow => {
  if (row['ends'] === null) return EMPTY_WINDOW
  if (row['ends'] === '[]') return { ends: [], reserved: Number(row['reserved']) }
  try {
    const ends: unknown = JSON.parse(String(row['ends']))
    if (Array.isArray(ends) && ends.every(Number.isFinite))
      return { ends: ends as number[], reserved: Number(row['reserved']) }
  } catch {
    // As one of another shape.
  }
  database.malformed({ noun: 'lane', id: subscriptionId, problem: 'ends is no list of instants' })
  return FULL_WINDOW
}

/** A hold whose reason is none is over with its lease, as any other, and nobody can say what for. */
const holdOf = (row: Row): LaneHold | null => {
  const reason = nullableText(row['hold_reason'])
  if (reason === null || !REASONS.includes(reason)) return null
  return {
    reason: reason as HoldReason,
    cause: nullableText(row['hold_cause']) ?? '',
    forMs: Number(row['lease_ms']),
  }
}

/** A lane as anyone may read it. */
export const toLaneState = (database: Database, subscriptionId: string, row: Row): LaneState => ({
  subscriptionId,
  token: nullableText(row['token']),
  leaseUntil: Number(row['lease_until']),
  leaseMs: Number(row['lease_ms']),
  dueAt: Number(row['due_at']),
  wakeups: Number(row['wakeups']),
  lifts: Number(row['lifts']),
  window: windowOf(database, subscriptionId, row),
  crashCount: Number(row['crash_count']),
  quarantinedAt: Number(row['quarantined_at']),
  hold: holdOf(row),
})

/** A lane as its owner sees it. */
export const toOwned = ({ dueAt: _dueAt, hold: _hold, ...lane }: LaneState, token: string): Lane => ({
  ...lane,
  token,
})
