import type { AttemptResult } from '../core/attempt-result.js'
import { completeAttempt } from '../core/complete-attempt.js'
import type { QueuedDelivery } from '../core/delivery.js'
import type { Subscription } from '../core/subscription.js'
import type { Batch } from '../ports/batch.js'
import type { FlowContext } from './context.js'
import type { LaneLease } from './lane-lease.js'
import type { Sent } from './send.js'
import type { Tally } from './tally.js'

/** An attempt that ended, under the lease that it was made under. */
export interface EndedAttempt {
  readonly lease: LaneLease
  readonly delivery: QueuedDelivery
  readonly sent: Sent
  readonly tally: Tally
}

interface Item {
  readonly result: AttemptResult
  readonly progressed: boolean
}

/** Records what attempts came to, in batches, and tells of it. */
export class Completer {
  readonly #context: FlowContext
  readonly #results: Batch<Item, boolean>
  readonly #changed: (subscription: Subscription) => void

  /** @param changed told of a subscription that was switched off because its receiver is gone */
  constructor(context: FlowContext, changed: (subscription: Subscription) => void) {
    const { storage, clock, ids } = context
    this.#context = context
    this.#changed = changed
    this.#results = context.batch({
      maxSize: 64,
      // Nobody waits for it: a longer linger makes fewer and larger commits.
      lingerMs: 8,
      inFlight: 2,
      write: async (items) => {
        const results = items.map(({ result }) => result)
        const progressed = items.flatMap((item) => (item.progressed ? item.result.subscriptionId : []))
        const input = { callId: ids.token(), now: clock.now(), results, progressed }
        const leftAlone = new Set(await storage.lanes.complete(input))
        return results.map(({ deliveryId }) => !leftAlone.has(deliveryId))
      },
    })
  }

  /** Answers what was recorded, or `null` where the lane or the delivery had changed and nothing was. */
  async complete({ lease, delivery, sent, tally }: EndedAttempt): Promise<AttemptResult | null> {
    const { settings, ids, observe } = this.#context
    const { classification, attempt, endedAt, url } = sent
    if (classification.kind === 'none') return null
    const { subscriptionId, token } = lease.lane
    const ref = { deliveryId: delivery.id, eventId: delivery.eventId, subscriptionId }
    const { number, statusCode, errorClass, durationMs } = attempt
    tally.attempts += 1
    observe({ name: 'attempt.finished', ...ref, attempt: number, statusCode, errorClass, durationMs })
    const schedule = settings.retry
    const random = ids.random()
    const result = completeAttempt({ delivery, token, attempt, classification, schedule, random, endedAt })
    const recorded = await this.#results.add({ result, progressed: lease.takeCrashes() })
    if (classification.kind === 'failed' && classification.reason === 'gone')
      await this.#switchOff(subscriptionId, url)
    if (recorded) this.#tell(ref, result, tally)
    else observe({ name: 'attempt.discarded', deliveryId: delivery.id, subscriptionId })
    return recorded ? result : null
  }

  /** The receiver at `url` is gone: a subscription that has another by now stays. */
  async #switchOff(id: string, url: string): Promise<void> {
    const { storage, clock, observe } = this.#context
    const patch = { isActive: false, inactiveReason: 'gone', pausedAt: null } as const
    const now = Math.floor(clock.now())
    const subscription = await storage.subscriptions.update({ id, patch, now, expected: { url } })
    if (!subscription) return
    this.#changed(subscription)
    observe({ name: 'subscription.deactivated', subscriptionId: id, reason: 'gone' })
  }

  #tell(
    ref: { deliveryId: string; eventId: string; subscriptionId: string },
    { status, reason, dueAt, attempt }: AttemptResult,
    tally: Tally,
  ): void {
    const { observe } = this.#context
    const attempts = attempt.number
    if (status === 'delivered') {
      tally.delivered += 1
      observe({ name: 'delivery.delivered', ...ref, attempts })
    } else if (status === 'failed') {
      tally.failed += 1
      observe({ name: 'delivery.failed', ...ref, attempts, reason: reason ?? 'rejected' })
    } else {
      tally.retrying += 1
      observe({ name: 'delivery.retrying', ...ref, dueAt: dueAt ?? 0 })
    }
  }
}
