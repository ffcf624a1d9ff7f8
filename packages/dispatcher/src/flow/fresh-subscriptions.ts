import type { Subscription } from '../core/subscription.js'
import type { SubscriptionStore } from '../ports/storage/subscriptions.js'

/** Reads subscriptions as they are stored; what this process changed while they were being read is newer. */
export class FreshSubscriptions {
  readonly #store: SubscriptionStore
  /** For each reading under way: what was changed since it began. */
  readonly #readings = new Set<Map<string, Subscription | null>>()

  constructor(store: SubscriptionStore) {
    this.#store = store
  }

  /** Those that exist, by id; one that was removed meanwhile is `null`. */
  async read(ids: readonly string[]): Promise<ReadonlyMap<string, Subscription | null>> {
    const changed = new Map<string, Subscription | null>()
    this.#readings.add(changed)
    try {
      const found = await this.#store.get(ids)
      return new Map([...found.map((subscription) => [subscription.id, subscription] as const), ...changed])
    } finally {
      this.#readings.delete(changed)
    }
  }

  /** A subscription was changed in this process, or removed. */
  changed(id: string, subscription: Subscription | null): void {
    for (const reading of this.#readings) reading.set(id, subscription)
  }
}
