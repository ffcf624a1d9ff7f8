import {
  EMPTY_WINDOW,
  FULL_WINDOW,
  type HoldReason,
  type Lane,
  type LaneHold,
  type LaneState,
  type LaneWindow,
  type StorageReport,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { LaneDocument } from '../documents.js'
import {
  number,
  numberOrNull,
  numbers,
  objectOrNull,
  raw,
  text,
  textOrNull,
  within,
  type Raw,
} from './fields.js'

/**
 * A window or a hold that cannot be read is reported here, and the lane goes on: whatever its limit is, it is used up; whatever
 * it is held for, only the time is known.
 * @throws Error naming any other field that is not as it should be.
 */
export const toLane = (stored: LaneDocument, report: StorageReport): LaneState => {
  const document = raw(stored)
  const subscriptionId = text(document, '_id')
  const or = <T>(otherwise: T, read: () => T): T => {
    try {
      return read()
    } catch (error) {
      report.malformed({ noun: 'lane', id: subscriptionId, problem: (error as Error).message })
      return otherwise
    }
  }
  const leaseUntil = number(document, 'leaseUntil')
  return {
    subscriptionId,
    token: textOrNull(document, 'token'),
    leaseUntil,
    // A lease that does not say for how long it was written is believed.
    leaseMs: numberOrNull(document, 'leaseMs') ?? leaseUntil,
    dueAt: number(document, 'dueAt'),
    wakeups: number(document, 'wakeups'),
    lifts: numberOrNull(document, 'lifts') ?? 0,
    window: or(FULL_WINDOW, () => windowIn(document)),
    hold: or(null, () => holdIn(document)),
    crashCount: number(document, 'strikes'),
    quarantinedAt: number(document, 'heldStrikes'),
  }
}

const windowIn = (document: Raw): LaneWindow => {
  const window = objectOrNull(document, 'window') ?? {}
  return within('window', () => ({ ends: numbers(window, 'ends'), reserved: number(window, 'reserved') }))
}

const holdIn = (document: Raw): LaneHold | null => {
  const hold = objectOrNull(document, 'hold')
  const read = (given: Raw) => ({
    reason: text(given, 'reason') as HoldReason,
    cause: text(given, 'cause'),
    forMs: number(given, 'forMs'),
  })
  return hold && within('hold', () => read(hold))
}

/** A lane as its new owner sees it. */
export const toOwned = (lane: LaneState, token: string): Lane => {
  const { dueAt: _dueAt, hold: _hold, ...owned } = lane
  return { ...owned, token }
}

/** Lanes are spread over this many slices. */
export const SLICES = 16

/** FNV-1a of the id. */
export const sliceOf = (subscriptionId: string): number => {
  let hash = 0x811c9dc5
  for (const unit of subscriptionId) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 0) % SLICES
}

/** A window as it is stored. */
export const fromWindow = ({ ends, reserved }: LaneWindow): LaneDocument['window'] => ({
  ends: [...ends],
  reserved,
})

/** A lane that nobody has woken. */
export const newLaneFields = (subscriptionId: string) => ({
  slice: sliceOf(subscriptionId),
  token: null,
  leaseUntil: 0,
  leaseMs: 0,
  lifts: 0,
  hold: null,
  window: fromWindow(EMPTY_WINDOW),
  strikes: 0,
  heldStrikes: 0,
})
