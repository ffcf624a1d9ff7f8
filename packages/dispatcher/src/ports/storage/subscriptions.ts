import type { Subscription, SubscriptionPatch } from '../../core/subscription.js'
import type { PageQuery } from './lists.js'

/**
 * Subscriptions: few, read often. Indexes: by id; newest first by `(createdAt, id)`; by each literal of `events`, if
 * `matching` is there.
 */
export interface SubscriptionStore {
  /** Stores it under its id. One that exists under that id is left as it is: the call was made before. */
  insert(subscription: Subscription): Promise<void>
  /** Those that exist, in any order. */
  get(ids: readonly string[]): Promise<Subscription[]>
  /** Newest first by `(createdAt, id)`. */
  list(query: PageQuery): Promise<Subscription[]>
  /**
   * Those that are on, paused ones included, with at least one of `patterns` literally among their `events`. A storage without it is asked for all of
   * them, page by page, at every fan-out.
   */
  matching?(patterns: readonly string[]): Promise<Subscription[]>
  /**
   * Replaces whole fields and sets `updatedAt`, atomically; answers the subscription as it is afterwards. `null`, and nothing
   * changed, when it does not exist or is not as `expected`.
   */
  update(input: {
    id: string
    patch: SubscriptionPatch
    now: number
    expected?: ExpectedSubscription | undefined
  }): Promise<Subscription | null>
  /** Removes the subscription alone; its lane and deliveries are the caller's next steps. */
  remove(id: string): Promise<void>
}

/** What a subscription must still have for a change to apply: a change that was decided on an older state is not made. */
export interface ExpectedSubscription {
  readonly url?: string | undefined
  /** The value of its primary secret, the first of `secrets`. */
  readonly secret?: string | undefined
  /** The `revision` of its `health`. */
  readonly health?: number | undefined
  /** The `failingSince` of its statistics. */
  readonly failingSince?: number | undefined
}
