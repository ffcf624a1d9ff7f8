import type { Delivery, DeliveryStatus, NewDelivery, QueuedDelivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { Lane, LaneState, LaneWindow } from '../core/lane.js'
import type { Settlement } from '../core/settlement.js'
import type { NewSubscription, Subscription, SubscriptionPatch } from '../core/subscription.js'

/**
 * Where everything lives. Verbs are batched; instants are absolute epoch ms, passed in, possibly fractional;
 * every promise resolves after the write is durable. A method that cannot reach its store throws
 * `StorageUnavailableError`, and repeating any call is safe. Ids that are not ids match nothing.
 */
export interface Storage {
  /** For messages: `memory`, `sqlite`, `mongo`. */
  readonly name: string
  /**
   * Makes the store ready: connection, schema, indexes. Idempotent; called before anything else. `retentionMs`: how long
   * settled deliveries are kept, for a store that can delete them by itself.
   */
  open(input?: { readonly retentionMs?: number | undefined }): Promise<void>
  /** Releases what `open` took. A connection that the caller handed in stays open. */
  close(): Promise<void>
  /** The store's clock at some moment of the call, epoch ms, or `null` when it has none but this host's. */
  now(): Promise<number | null>
  /** Calls `onHint` when another process may have left work. A hint only; polling is the truth. */
  watch?(onHint: () => void): Promise<() => Promise<void>>
  readonly subscriptions: SubscriptionStore
  readonly outbox: Outbox
  readonly lanes: LaneStore
  readonly deliveries: DeliveryStore
  readonly upkeep: Upkeep
}

/** A place in a list that is sorted by `(at, id)`, newest first. */
export interface Position {
  readonly at: number
  readonly id: string
}

/** Subscriptions: few, read often. */
export interface SubscriptionStore {
  /** Stores it under a new id of the storage's own form. */
  insert(subscription: NewSubscription): Promise<Subscription>
  /** Those that exist, in any order. */
  get(ids: readonly string[]): Promise<Subscription[]>
  /** Newest first by `(createdAt, id)`, strictly after `after`. */
  list(query: { after: Position | null; limit: number }): Promise<Subscription[]>
  /** Active ones with at least one of `patterns` literally among their `events`. */
  matching(patterns: readonly string[]): Promise<Subscription[]>
  /** Replaces whole fields and sets `updatedAt`; `null` when it does not exist. */
  update(input: { id: string; patch: SubscriptionPatch; now: number }): Promise<Subscription | null>
  /** Removes the subscription alone; its lane and deliveries are the caller's next steps. */
  remove(id: string): Promise<boolean>
}

/** Events, from their acceptance until their deliveries exist, and as a record after that. */
export interface Outbox {
  /**
   * Inserts events that nobody has fanned out yet; an id that exists is left as it is. Sweeps leave them alone until
   * `sweepAt`. Answers for each, in order, whether it was new. With the caller's `session`: a plain insert for each on
   * that session and nothing else; a store without transactions throws `SessionUnsupportedError`.
   */
  append(input: { events: readonly StoredEvent[]; sweepAt: number; session?: unknown }): Promise<boolean[]>
  /** Events not fanned out with `sweepAt ≤ now`, oldest first. */
  pendingEvents(query: { now: number; limit: number }): Promise<StoredEvent[]>
  /**
   * In this order: inserts the deliveries (those that exist are left as they are), wakes their lanes (creating them),
   * marks the events fanned out. Any prefix may be repeated. Waking: `dueAt = min(dueAt, now)`, `wakeups + 1`.
   */
  fanOut(input: {
    now: number
    eventIds: readonly string[]
    deliveries: readonly NewDelivery[]
  }): Promise<void>
  /** Those that exist, in any order. */
  get(eventIds: readonly string[]): Promise<StoredEvent[]>
  /** Newest first by `(acceptedAt, id)`, strictly after `after`; `since ≤ acceptedAt < until`. */
  list(query: EventQuery): Promise<StoredEvent[]>
}

/** A page of events; what is left out does not restrict. Instants are epoch ms. */
export interface EventQuery {
  readonly after: Position | null
  readonly limit: number
  readonly type?: string | undefined
  readonly siteId?: string | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** Lanes, one per subscription: who may send, when there is work, and how attempts end. */
export interface LaneStore {
  /**
   * Takes up to `limit` lanes with `dueAt ≤ now` and `leaseUntil ≤ now`, earliest due first, each by compare-and-set:
   * sets `token` and `leaseUntil`, adds one to `strikes`. `subscriptionIds` restricts it to those lanes. `affinity`
   * (0 ≤ affinity < 1, constant per process) lets a storage start rivals at different places.
   */
  acquire(input: {
    token: string
    now: number
    leaseUntil: number
    limit: number
    subscriptionIds?: readonly string[] | undefined
    affinity?: number | undefined
  }): Promise<Lane[]>
  /**
   * Moves the lease of lanes still held under their token, and stores the window where one is given. Answers the ids
   * still held. A lease that has passed but that nobody took is still held.
   */
  extend(input: {
    leaseUntil: number
    lanes: readonly { subscriptionId: string; token: string; window?: LaneWindow | undefined }[]
  }): Promise<string[]>
  /**
   * Gives lanes back: `token = null`, `leaseUntil = availableAt` (0: at once). Where `wakeups` is what the owner saw,
   * `dueAt` becomes the owner's; where a wake came in between, `now`. A lane held under another token is left alone.
   */
  release(input: { now: number; lanes: readonly LaneRelease[] }): Promise<void>
  /** Pending deliveries of a lane by `(dueAt, id)`, future ones included. */
  upcoming(query: { subscriptionId: string; limit: number }): Promise<QueuedDelivery[]>
  /**
   * Ends attempts. Each changes state only if its lane is held under its token, the delivery is pending and its
   * `attemptCount` is the expected one; then `attemptCount + 1`, the attempt is added (`MAX_ATTEMPTS_KEPT`), and
   * `settledAt = now` unless still pending. Subscription statistics follow for those alone (`statsDeltas`). Lanes in
   * `progressed` get `strikes = 0` and `heldStrikes = 0`. Answers the ids of the deliveries that were left alone.
   */
  settle(input: {
    now: number
    settlements: readonly Settlement[]
    progressed: readonly string[]
  }): Promise<string[]>
  get(subscriptionId: string): Promise<LaneState | null>
  /** Wakes the lane at `now`, creating it where there is none. */
  wake(input: { subscriptionId: string; now: number }): Promise<void>
  remove(subscriptionId: string): Promise<void>
  /** The earliest `max(dueAt, leaseUntil)` of all lanes that are not idle; `null` when all are. */
  nextDueAt(): Promise<number | null>
}

/** A lane as its owner gives it back. */
export interface LaneRelease {
  readonly subscriptionId: string
  readonly token: string
  /** As seen at acquisition: whatever was woken later is still due. */
  readonly wakeups: number
  /** Epoch ms of the lane's next work; `NEVER` when it has none. */
  readonly dueAt: number
  /** Epoch ms before which nobody may take it: a full rate window, a `Retry-After`, a lane set aside. */
  readonly availableAt: number
  readonly window: LaneWindow
  readonly strikes: number
  readonly heldStrikes: number
}

/** Deliveries as people ask for them and change them. */
export interface DeliveryStore {
  get(id: string): Promise<Delivery | null>
  /** Newest first by `(createdAt, id)`, strictly after `after`; `since ≤ createdAt < until`. Without attempts' bodies. */
  list(query: DeliveryQuery): Promise<Delivery[]>
  /**
   * Makes a settled delivery pending again, due at `now`, its schedule at the start, and wakes its lane. Answers the
   * delivery as it is afterwards; a pending one is left as it is; `null` when it does not exist.
   */
  resend(input: { id: string; now: number }): Promise<Delivery | null>
  /** Pending → cancelled. Answers the delivery as it is afterwards, `null` when it does not exist. */
  cancel(input: { id: string; now: number }): Promise<Delivery | null>
  /** Cancels up to `limit` pending deliveries of a subscription (reason `subscription_removed`); answers how many. */
  cancelPending(input: { subscriptionId: string; now: number; limit: number }): Promise<number>
  /** How many failed with `since ≤ settledAt < until`, tests aside. */
  countFailed(query: { subscriptionId: string; since: number; until: number }): Promise<number>
  /** Makes up to `limit` of those pending again as `resend` does, oldest first; answers how many. */
  recover(input: {
    subscriptionId: string
    since: number
    until: number
    now: number
    limit: number
  }): Promise<number>
}

/** A page of deliveries; what is left out does not restrict. */
export interface DeliveryQuery extends EventQuery {
  readonly subscriptionId?: string | undefined
  readonly eventId?: string | undefined
  readonly status?: DeliveryStatus | undefined
}

/** Counting, deleting what is old, and mending. */
export interface Upkeep {
  /** Counts by state. `due` is pending with `dueAt ≤ now`; `oldestDueAt` the earliest of those. */
  counts(query: { now: number }): Promise<StorageCounts>
  /**
   * Deletes up to `limit` events accepted before `before` that are fanned out and have no pending delivery, with their
   * deliveries. Answers how many events went.
   */
  prune(input: { before: number; limit: number }): Promise<number>
  /** Wakes lanes that sleep past their earliest pending delivery, which should not happen; answers how many. */
  repair(input: { now: number }): Promise<number>
}

/** Deliveries by state, and what waits. */
export interface StorageCounts extends Readonly<Record<DeliveryStatus, number>> {
  /** Events not fanned out yet. */
  readonly pendingEvents: number
  /** Pending deliveries that may be sent now. */
  readonly due: number
  /** Epoch ms; `null` when none is due. */
  readonly oldestDueAt: number | null
}
