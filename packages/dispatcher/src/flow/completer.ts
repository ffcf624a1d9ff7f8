import type { AttemptResult } from '../core/attempt-result.js'
import { completeAttempt } from '../core/complete-attempt.js'
import type { QueuedDelivery } from '../core/delivery.js'
import { hostOf } from '../core/host-of.js'
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
    const { settings, ids, observe, isObserved } = this.#context
    const { classification, attempt, endedAt, url } = sent
    if (classification.kind === 'none') return null
    const { subscriptionId, token } = lease.lane
    tally.attempts += 1
    if (isObserved('attempt.finished')) this.#tellEnd(delivery, sent)
    const schedule = settings.retry
    const random = ids.random()
    const result = completeAttempt({ delivery, token, attempt, classification, schedule, random, endedAt })
    const recorded = await this.#results.add({ result, progressed: lease.takeCrashes() })
    if (classification.kind === 'failed' && classification.reason === 'gone')
      await this.#switchOff(subscriptionId, url)
    if (recorded) this.#tell(delivery, sent, result, tally)
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

  #tellEnd({ id, eventId, subscriptionId }: QueuedDelivery, { event, url, attempt }: Sent): void {
    const { number, statusCode, errorClass, durationMs } = attempt
    this.#context.observe({
      name: 'attempt.finished',
      deliveryId: id,
      eventId,
      eventType: event.type,
      subscriptionId,
      attempt: number,
      host: hostOf(url),
      statusCode,
      errorClass,
      durationMs,
    })
  }

  #tell(
    delivery: QueuedDelivery,
    { event, endedAt }: Sent,
    { status, reason, dueAt, attempt }: AttemptResult,
    tally: Tally,
  ): void {
    const { observe, isObserved } = this.#context
    const { id: deliveryId, eventId, subscriptionId } = delivery
    const attempts = attempt.number
    if (status === 'delivered') {
      tally.delivered += 1
      if (!isObserved('delivery.delivered')) return
      const lagMs = isFirstWay(delivery) ? Math.max(0, endedAt - event.acceptedAt) : null
      observe({ name: 'delivery.delivered', deliveryId, eventId, subscriptionId, attempts, lagMs })
    } else if (status === 'failed') {
      tally.failed += 1
      const given = reason ?? 'rejected'
      observe({ name: 'delivery.failed', deliveryId, eventId, subscriptionId, attempts, reason: given })
    } else {
      tally.retrying += 1
      observe({ name: 'delivery.retrying', deliveryId, eventId, subscriptionId, dueAt: dueAt ?? 0 })
    }
  }
}

/** Nobody has sent it again by hand: a resend begins a schedule of its own. */
const isFirstWay = ({ attemptCount, scheduleStep, once }: QueuedDelivery): boolean =>
  !once && attemptCount === scheduleStep
