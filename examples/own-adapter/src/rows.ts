import { EMPTY_WINDOW, NEVER, readRows, type EventQuery } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Delivery, LaneState, PageQuery, StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'
import type {
  MalformedRow,
  Replay,
  StorageReport,
  Subscription,
} from '@swigs/webhooks-dispatcher/storage-kit'

/** What the attempts of a subscription came to in a minute or an hour. */
export interface MetricsRow {
  readonly subscriptionId: string
  readonly stepMs: number
  readonly at: number
  readonly counts: readonly number[]
}

export type Rows = ReturnType<typeof openRows>

export const openRows = (data: Map<string, string>, report: StorageReport) => {
  /** Rows of one kind, under keys that begin alike. */
  const table = <R>(noun: MalformedRow['noun'], kind = `${noun}:`) => {
    const keys = () => [...data.keys()].filter((key) => key.startsWith(kind))
    const parse = (id: string) => JSON.parse(data.get(kind + id) ?? '') as R
    const has = (id: string) => data.has(kind + id)
    /** Those that exist, each once; what cannot be read is reported and passed over. */
    const read = (ids: readonly string[] = keys().map((key) => key.slice(kind.length))) =>
      readRows([...new Set(ids)].filter(has), parse, (id) => ({ noun, id }), report)
    const get = (id: string) => read([id])[0]
    const put = (id: string, row: R) => void data.set(kind + id, JSON.stringify(row))
    const remove = (id: string) => void data.delete(kind + id)
    return { has, read, get, put, remove }
  }
  return {
    subscriptions: table<Subscription>('subscription'),
    events: table<StoredEvent>('event'),
    /** Events that nobody has fanned out: until when sweeps leave them alone, and which call has stored them. */
    waiting: table<{ id: string; visibleAt: number; callId: string }>('event', 'waiting:'),
    deliveries: table<Delivery>('delivery'),
    /** When a delivery was last written, by the clock of whoever wrote it. */
    writtenAt: table<number>('delivery', 'written:'),
    lanes: table<LaneState>('lane'),
    replays: table<Replay>('replay'),
    metrics: table<MetricsRow>('metrics'),
  }
}

/** A page of a list, newest first. What the query leaves out does not restrict. */
export const page = <R extends { id: string }>(rows: R[], at: (row: R) => number, query: PageQuery): R[] => {
  const { after, limit, since = -Infinity, until = Infinity, ...equals } = query as EventQuery
  const wanted = Object.entries(equals).filter(([, value]) => value !== undefined)
  return rows
    .filter((row) => wanted.every(([field, value]) => row[field as keyof R] === value))
    .filter((row) => at(row) >= since && at(row) < until)
    .filter((row) => !after || at(row) < after.at || (at(row) === after.at && row.id < after.id))
    .sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1))
    .slice(0, limit)
}

export const putDelivery = (rows: Rows, delivery: Delivery, now: number): void => {
  rows.deliveries.put(delivery.id, delivery)
  rows.writtenAt.put(delivery.id, now)
}

/** Pending deliveries, of one lane or all, by due time and then by id. */
export const pendingOf = (rows: Rows, lane?: string): Delivery[] =>
  rows.deliveries
    .read()
    .filter((row) => row.status === 'pending' && row.subscriptionId === (lane ?? row.subscriptionId))
    .sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1))

/** No owner, and nothing that keeps one away. */
export const FREE = { token: null, leaseUntil: 0, leaseMs: 0, hold: null }
const NO_PAST = { window: EMPTY_WINDOW, wakeups: 0, lifts: 0, crashCount: 0, quarantinedAt: 0, dueAt: NEVER }

export const wakeLanes = (rows: Rows, now: number, ids: readonly string[]): void => {
  for (const subscriptionId of new Set(ids)) {
    const lane = rows.lanes.get(subscriptionId) ?? { ...FREE, ...NO_PAST, subscriptionId }
    rows.lanes.put(subscriptionId, { ...lane, dueAt: Math.min(lane.dueAt, now), wakeups: lane.wakeups + 1 })
  }
}
