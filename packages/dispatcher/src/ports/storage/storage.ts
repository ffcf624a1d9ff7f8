import type { DeliveryStore } from './deliveries.js'
import type { EventStore } from './events.js'
import type { LaneStore } from './lanes.js'
import type { Maintenance } from './maintenance.js'
import type { ReplayStore } from './replays.js'
import type { MetricsStore } from './metrics.js'
import type { StorageReport } from './report.js'
import type { SubscriptionStore } from './subscriptions.js'

/**
 * Where everything lives. Verbs are batched; instants are absolute epoch ms, passed in, possibly fractional; every promise
 * resolves after the write is durable. A method that cannot reach its store throws `StorageUnavailableError`, and repeating
 * any call with the same input is safe: what it made before is recognised by its ids, its token or its `callId`. Ids that
 * are not ids match nothing. A row that cannot be read is reported (`StorageReport`) and passed over; it never makes a call
 * about other rows fail.
 */
export interface Storage {
  /** For messages: `memory`, `sqlite`, `mongo`. */
  readonly name: string
  /** Makes the store ready: connection, schema, indexes. Idempotent; called before anything else. */
  open(input?: OpenInput): Promise<void>
  /** Releases what `open` took. A connection that the caller handed in stays open. */
  close(): Promise<void>
  /** The store's clock at some moment of the call, epoch ms, or `null` when it has none but this host's. */
  now(): Promise<number | null>
  /**
   * Calls `onHint` when another process may have left work: what a caller's session committed, and what was fanned out with
   * `announce`. A hint only; polling is the truth. Answers how to stop.
   */
  watch?(onHint: () => void): Promise<() => Promise<void>>
  /** A new subscription id, where the store's ids have a form of their own. Default: `sub_` and a UUIDv7. */
  newSubscriptionId?(): string
  readonly subscriptions: SubscriptionStore
  readonly events: EventStore
  readonly lanes: LaneStore
  readonly deliveries: DeliveryStore
  readonly replays: ReplayStore
  readonly metrics: MetricsStore
  readonly maintenance: Maintenance
}

/** What a storage is told when it is opened. */
export interface OpenInput {
  /** How long settled deliveries are kept, ms, for a store that can delete them by itself. */
  readonly retentionMs?: number | undefined
  /** Told of rows that cannot be read. */
  readonly report?: StorageReport | undefined
}
