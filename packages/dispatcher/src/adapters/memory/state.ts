import BTreeModule from 'sorted-btree'
import type { Delivery } from '../../core/delivery.js'
import type { Replay } from '../../core/replay.js'
import type { StoredEvent } from '../../core/event.js'
import type { MetricsCounts } from '../../core/metrics.js'
import { EMPTY_WINDOW, NEVER, type LaneState } from '../../core/lane.js'
import type { Subscription } from '../../core/subscription.js'

// The package is CommonJS with a default export: bundlers and Node disagree on where that ends up.
const BTree = ((BTreeModule as { default?: unknown }).default ?? BTreeModule) as typeof BTreeModule

/** A place in an order: an instant, then an id. */
export type Key = readonly [at: number, id: string]

/** A set in the order of its keys. */
export type SortedSet = InstanceType<typeof BTree<Key, undefined>>

const compare = (a: Key, b: Key): number => a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)

export const sortedSet = (): SortedSet => new BTree<Key, undefined>(undefined, compare)

/** What one subscription's attempts came to in a minute or an hour. */
export interface MetricsRow {
  readonly subscriptionId: string
  readonly stepMs: number
  readonly at: number
  readonly counts: MetricsCounts
}

/** Everything that is stored. Records are never changed, only replaced: what was handed out stays as it was. */
export interface MemoryState {
  readonly subscriptions: Map<string, Subscription>
  readonly events: Map<string, StoredEvent>
  /** By `visibleAt`: events that nobody has fanned out. */
  readonly unfanned: SortedSet
  readonly visibleAt: Map<string, number>
  /** The call that stored an event, as long as nobody has fanned it out. */
  readonly appendedBy: Map<string, string>
  readonly deliveries: Map<string, Delivery>
  /** When a pending delivery was last written, by the clock of whoever wrote it. */
  readonly writtenAt: Map<string, number>
  /** Pending deliveries of each lane, by due time. */
  readonly pending: Map<string, SortedSet>
  readonly lanes: Map<string, LaneState>
  readonly replays: Map<string, Replay>
  /** Lanes by `dueAt`; idle ones are not in it. */
  readonly dueLanes: SortedSet
  /** By subscription, step and time. */
  readonly metrics: Map<string, MetricsRow>
}

export const memoryState = (): MemoryState => ({
  subscriptions: new Map(),
  events: new Map(),
  unfanned: sortedSet(),
  visibleAt: new Map(),
  appendedBy: new Map(),
  deliveries: new Map(),
  writtenAt: new Map(),
  pending: new Map(),
  lanes: new Map(),
  replays: new Map(),
  dueLanes: sortedSet(),
  metrics: new Map(),
})

/** Replaces a delivery and keeps the due order. */
export const putDelivery = (state: MemoryState, delivery: Delivery, writtenAt: number): void => {
  const { id, subscriptionId, dueAt } = delivery
  const before = state.deliveries.get(id)
  if (before?.status === 'pending') state.pending.get(subscriptionId)?.delete([before.dueAt, id])
  state.deliveries.set(id, delivery)
  if (delivery.status !== 'pending') return void state.writtenAt.delete(id)
  state.writtenAt.set(id, writtenAt)
  let queue = state.pending.get(subscriptionId)
  if (!queue) state.pending.set(subscriptionId, (queue = sortedSet()))
  queue.set([dueAt, id], undefined)
}

/** Replaces a lane and keeps the due order. */
export const putLane = (state: MemoryState, lane: LaneState): void => {
  const { subscriptionId, dueAt } = lane
  const before = state.lanes.get(subscriptionId)
  if (before) state.dueLanes.delete([before.dueAt, subscriptionId])
  state.lanes.set(subscriptionId, lane)
  if (dueAt < NEVER) state.dueLanes.set([dueAt, subscriptionId], undefined)
}

const newLane = (subscriptionId: string): LaneState => ({
  subscriptionId,
  token: null,
  leaseUntil: 0,
  leaseMs: 0,
  wakeups: 0,
  lifts: 0,
  window: EMPTY_WINDOW,
  crashCount: 0,
  quarantinedAt: 0,
  dueAt: NEVER,
  hold: null,
})

export const wakeLane = (state: MemoryState, subscriptionId: string, now: number): void => {
  const lane = state.lanes.get(subscriptionId) ?? newLane(subscriptionId)
  putLane(state, { ...lane, dueAt: Math.min(lane.dueAt, now), wakeups: lane.wakeups + 1 })
}

/** The newest rows first, strictly after a position. */
export const newestFirst = <R>(
  rows: Iterable<R>,
  keyOf: (row: R) => Key,
  after: { at: number; id: string } | null,
  limit: number,
): R[] =>
  [...rows]
    .filter((row) => after === null || compare(keyOf(row), [after.at, after.id]) < 0)
    .sort((a, b) => compare(keyOf(b), keyOf(a)))
    .slice(0, limit)
