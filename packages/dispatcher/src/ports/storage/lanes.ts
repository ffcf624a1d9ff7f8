import type { AttemptResult } from '../../core/attempt-result.js'
import type { QueuedDelivery } from '../../core/delivery.js'
import type { Lane, LaneHold, LaneState, LaneWindow } from '../../core/lane.js'

/**
 * Lanes, one per subscription: who may send, when there is work, and how attempts end. Indexes: lanes by id; by `dueAt`, idle
 * ones (`NEVER`) left out; pending deliveries by `(subscription, dueAt)`.
 */
export interface LaneStore {
  /**
   * Takes up to `limit` lanes with `dueAt ≤ now` and `leaseUntil ≤ now`, earliest due first, each by compare-and-set: sets
   * `token`, `leaseUntil = now + leaseMs` and `leaseMs`, adds one to `crashCount`, ends a hold. `subscriptionIds` restricts it
   * to those lanes, and has the others of them answered as they are. `affinity` (0 ≤ affinity < 1, constant per process) lets
   * a storage start rivals at different places. Known by its token when it is repeated.
   */
  acquire(input: AcquireInput): Promise<Acquired>
  /**
   * Moves the lease of lanes still held under their token to `now + leaseMs`, and stores the window where one is given.
   * Answers the ids still held. A lease that has passed but that nobody took is still held.
   */
  extend(input: ExtendInput): Promise<string[]>
  /**
   * Gives lanes back: `token = null`. Where `wakeups` is what the owner saw, `dueAt` becomes the owner's; where a wake came in
   * between, `now`. With a `hold` nobody takes the lane before `now + hold.forMs` (`leaseUntil`, `leaseMs`), unless its hold
   * was lifted since the owner took it (`lifts`): then that hold is over before it began. A lane held under another token
   * is left alone. Answers the ids of those that such a wake leaves due: whoever was told of that work found them held. A hint
   * only: made again, the call may answer none of them.
   */
  release(input: { now: number; lanes: readonly LaneRelease[] }): Promise<string[]>
  /**
   * Pending deliveries of a lane by `dueAt`, future ones included. Of those due at one instant, earlier events come first: by
   * id, or by the order in which they were accepted.
   */
  upcoming(query: { subscriptionId: string; limit: number }): Promise<QueuedDelivery[]>
  /**
   * Ends attempts. Each changes state only if its lane is held under its token, the delivery is pending and its
   * `attemptCount` is the expected one; then `attemptCount + 1`, the attempt is recorded (the latest `MAX_ATTEMPTS_KEPT` are
   * kept), `dueAt` is the result's unless that is `null`, and `settledAt = now` unless still pending. Subscription statistics
   * (`statsDeltas`) and the metrics of the minute of `now` (`metricsDeltas`) follow for those alone, once per `callId`. Lanes in `progressed` get `crashCount = 0` and
   * `quarantinedAt = 0`. Answers the ids of the deliveries that were left alone.
   */
  complete(input: CompleteInput): Promise<string[]>
  /**
   * Wakes lanes at `now`, creating those that are not there. `lift`: ends a hold, also one that an owner is about to write
   * (`lifts + 1`), and forgets crashes; the lease of an owner is left as it is.
   */
  wake(input: { subscriptionIds: readonly string[]; now: number; lift?: boolean | undefined }): Promise<void>
  remove(subscriptionId: string): Promise<void>
}

export interface AcquireInput {
  readonly token: string
  readonly now: number
  readonly leaseMs: number
  readonly limit: number
  readonly subscriptionIds?: readonly string[] | undefined
  readonly affinity?: number | undefined
}

export interface Acquired {
  readonly lanes: Lane[]
  /** Of the `subscriptionIds` that were asked for, those that could not be taken, as they are; none where none were named. */
  readonly others: LaneState[]
}

export interface ExtendInput {
  readonly now: number
  readonly leaseMs: number
  readonly lanes: readonly { subscriptionId: string; token: string; window?: LaneWindow | undefined }[]
}

/** A lane as its owner gives it back. */
export interface LaneRelease {
  readonly subscriptionId: string
  readonly token: string
  /** As seen at acquisition, and the owner's own since: whatever was woken by others is still due. */
  readonly wakeups: number
  /** As seen at acquisition. */
  readonly lifts: number
  /** Epoch ms of the lane's next work; `NEVER` when it has none. */
  readonly dueAt: number
  /** Why nobody may take it for a time: a full rate window, a `Retry-After`, quarantine. */
  readonly hold: LaneHold | null
  readonly window: LaneWindow
  readonly crashCount: number
  readonly quarantinedAt: number
}

export interface CompleteInput {
  readonly callId: string
  readonly now: number
  readonly results: readonly AttemptResult[]
  readonly progressed: readonly string[]
}
