import { errorText } from '@swigs/webhooks-protocol'
import type { QueuedDelivery } from '../core/delivery.js'
import { afterAttempt, NEW_HEALTH, type Health } from '../core/health.js'
import type { HoldReason } from '../core/lane.js'
import type { Subscription } from '../core/subscription.js'
import type { LaneLease } from './lane-lease.js'
import type { LaneLimiter } from './lane-limiter.js'
import type { LaneQueue } from './lane-queue.js'
import type { RunnerContext } from './runner-context.js'
import { send, type Sent } from './send.js'
import type { Signal } from './signal.js'
import type { Tally } from './tally.js'

/** How long a transport may take to end a request that was aborted, ms. */
const ABORT_GRACE_MS = 1_000
/** How long a lane rests after what was no attempt. */
const OWN_FAULT_REST_MS = 5_000

/** Its event is gone, and the delivery given up. */
const NOT_THERE = Symbol('not there')

/** What a lane's attempts have in common. */
export interface LaneParts {
  readonly lease: LaneLease
  readonly queue: LaneQueue
  readonly limiter: LaneLimiter
  /** Raised when an attempt is answered, and when it is recorded. */
  readonly changed: Signal
  readonly tally: Tally
}

/** The attempts of one lane: each sent under a permit and a slot, then recorded. */
export class LaneAttempts {
  readonly #context: RunnerContext
  readonly #parts: LaneParts
  readonly #abort = new AbortController()
  readonly #mayStart = (): boolean => this.#parts.lease.owns
  /** Sent, and not yet recorded. */
  readonly open = new Set<string>()
  /** As this process knows it; every attempt takes it afresh. */
  subscription: Subscription
  #sending = 0

  constructor(context: RunnerContext, parts: LaneParts, subscription: Subscription) {
    this.#context = context
    this.#parts = parts
    this.subscription = subscription
  }

  /** Requests that are not answered yet. */
  get sending(): number {
    return this.#sending
  }

  get health(): Health {
    return this.#context.health.get(this.subscription.id) ?? NEW_HEALTH
  }

  /** Ends what is in flight: those attempts never happened. */
  abort(): void {
    this.#abort.abort()
    this.#context.deadlines.hurry(this.#abort.signal, ABORT_GRACE_MS)
  }

  /** One attempt; its slot is taken. */
  async start(delivery: QueuedDelivery, slow: boolean): Promise<void> {
    const { slots, health } = this.#context
    const { lease, limiter, changed } = this.#parts
    const permits = limiter.take()
    this.#sending += 1
    this.open.add(delivery.id)
    const sent = await this.#send(delivery, () => lease.owns && permits.takeAnother())
    if (sent === NOT_THERE) permits.giveBack()
    else permits.end()
    this.#sending -= 1
    slots.answered(slow)
    changed.raise()
    if (sent && sent !== NOT_THERE && sent.classification.kind !== 'none') {
      const { durationMs, statusCode } = sent.attempt
      health.set(this.subscription.id, afterAttempt(this.health, durationMs, statusCode !== null))
      await this.#complete(delivery, sent)
    } else if (sent !== NOT_THERE) this.rest()
    slots.settled()
    this.open.delete(delivery.id)
    changed.raise()
  }

  /** What was no attempt is still pending: the lane must not go to sleep over it, nor try it again and again. */
  rest(): void {
    const { lease, queue } = this.#parts
    queue.putBack()
    if (lease.state !== 'serving' || !lease.owns) return
    lease.hold(OWN_FAULT_REST_MS, { reason: 'own_fault', cause: '' })
  }

  /** Sends nothing for `ms`. */
  hold(ms: number, reason: HoldReason, cause: string): void {
    const { clock, observe } = this.#context
    const until = clock.now() + this.#parts.lease.hold(Math.max(0, ms), { reason, cause })
    observe({ name: 'lane.held', subscriptionId: this.subscription.id, until, reason })
  }

  async #send(delivery: QueuedDelivery, mayRepeat: () => boolean): Promise<Sent | typeof NOT_THERE | null> {
    try {
      const context = this.#context
      const { queue } = this.#parts
      const event = context.cache.get(delivery.eventId) ?? (await queue.event(delivery))
      if (!event) return NOT_THERE
      const { subscription } = this
      const { signal } = this.#abort
      const sending = { event, delivery, subscription, signal, mayStart: this.#mayStart, mayRepeat }
      const sent = await send(context, sending)
      // What was ended by us, whatever its transport made of that, never happened.
      return signal.aborted && sent.attempt.errorClass === 'internal' ? null : sent
    } catch (error) {
      this.#ownFault(delivery, 'Not sent', error)
      return null
    }
  }

  async #complete(delivery: QueuedDelivery, sent: Sent): Promise<void> {
    const { lease, queue, tally } = this.#parts
    try {
      this.#heed(sent)
      const result = await this.#context.completer.complete({ lease, delivery, sent, tally })
      if (!result) {
        // What is stored is not what was thought: the lane's next owner finds out.
        queue.putBack()
        lease.drain()
      } else if (result.status === 'pending' && result.dueAt !== null) queue.dueAgain(result.dueAt)
    } catch (error) {
      this.#ownFault(delivery, 'Sent, and not recorded', error)
    }
  }

  /** What an answer says of all that is to be sent there. */
  #heed({ classification, url }: Sent): void {
    if (classification.kind === 'retry' && classification.holdsLane && classification.waitMs)
      this.hold(classification.waitMs, 'retry_after', url)
    // It speaks for the address that was asked, whatever the subscription has now.
    if (
      classification.kind === 'failed' &&
      classification.reason === 'gone' &&
      url === this.subscription.url
    ) {
      this.subscription = { ...this.subscription, isActive: false }
      this.#parts.lease.drain()
      this.#parts.changed.raise()
    }
  }

  #ownFault(delivery: QueuedDelivery, what: string, error: unknown): void {
    const subscriptionId = this.subscription.id
    this.rest()
    this.#context.logger.error({ deliveryId: delivery.id, subscriptionId }, `${what}: ${errorText(error)}`)
  }
}
