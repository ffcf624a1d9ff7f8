import type { QueuedDelivery } from '../core/delivery.js'
import { afterAttempt, isSlow, NEW_HEALTH, type Health } from '../core/health.js'
import type { Lane } from '../core/lane.js'
import { settleAttempt } from '../core/settle-attempt.js'
import type { Subscription } from '../core/subscription.js'
import type { LaneRelease } from '../ports/storage.js'
import { deliver, storedEvent, type Outcome } from './deliver.js'
import type { LaneContext } from './lane-context.js'
import { LaneLimiter } from './lane-limiter.js'
import { LaneQueue } from './lane-queue.js'
import { Signal } from './signal.js'
import { tellSettled } from './tell-settled.js'

const PERMITS_AT_A_TIME = 32
/** After this long a lane goes to the back of the queue, whatever it still has. */
const QUANTUM_MS = 10_000
/** With less of the lease left than this, nothing more is sent under it. */
const LEASE_MARGIN_MS = 2_000
/** How long a lane rests after what was no attempt. */
const OWN_FAULT_REST_MS = 5_000

/**
 * One lane while this process owns it: due → permit → slot → deliver → settle, topping up as each one settles.
 * The owner is alone on the lane, so its rate window needs no lock.
 */
export class ServedLane {
  readonly lane: Lane
  /** Of this acquisition, in the order in which the process did things. */
  readonly acquiredAt: number
  readonly #context: LaneContext
  readonly #limiter: LaneLimiter
  readonly #queue: LaneQueue
  readonly #changed = new Signal()
  readonly #abort = new AbortController()
  readonly #startedMonotonic: number
  readonly #unsettled = new Set<string>()
  readonly #mayStart = () => this.#owns()
  #subscription: Subscription
  #leaseEnds: number
  #sending = 0
  #over = false
  #lost = false
  #givenBack = false
  #clearsStrikes: boolean
  #heldUntil = 0

  constructor(
    context: LaneContext,
    input: { lane: Lane; subscription: Subscription; leaseEnds: number; acquiredAt: number },
  ) {
    this.#context = context
    this.lane = input.lane
    this.acquiredAt = input.acquiredAt
    this.#subscription = input.subscription
    this.#leaseEnds = input.leaseEnds
    this.#queue = new LaneQueue(context, input.lane)
    this.#clearsStrikes = input.lane.strikes > 1
    this.#startedMonotonic = context.clock.monotonic()
    const limit = input.subscription.rateLimit ?? context.settings.rateLimit
    this.#limiter = new LaneLimiter(context.clock, limit, input.lane.window)
  }

  get inFlight(): number {
    return this.#sending
  }

  /** There is work that it has not looked for. */
  get woken(): boolean {
    return this.#queue.woken
  }

  /** Serves the lane until it has nothing to do, must rest, or is taken away; answers how to give it back. */
  async serve(): Promise<LaneRelease | null> {
    try {
      for (let next = await this.#next(); next; next = await this.#next()) void this.#attempt(next)
    } catch (error) {
      this.#context.report('lanes.serve', error)
      this.#rest()
    }
    while (this.#unsettled.size > 0) await this.#changed.wait()
    return this.#lost ? null : this.#release()
  }

  /** There is new work: see `LaneQueue.wake`. */
  wake(wake: { certain: boolean; urgent: boolean }): void {
    this.#queue.wake(wake)
    this.#changed.raise()
  }

  /** The lease was moved. */
  renew(leaseEnds: number): void {
    this.#leaseEnds = leaseEnds
  }

  /** The subscription changed, or is gone. */
  update(subscription: Subscription | null): void {
    const { rateLimit, isActive } = this.#subscription
    const goesOn =
      subscription?.isActive === isActive &&
      JSON.stringify(subscription.rateLimit) === JSON.stringify(rateLimit)
    // What is loaded waits for the next acquisition, which has the limit, and knows what may be sent.
    if (!goesOn) this.windDown()
    if (subscription) this.#subscription = subscription
  }

  /** A delivery is not to be sent any more. */
  forget(deliveryId: string): void {
    this.#queue.forget(deliveryId)
  }

  /** Sends nothing new; what is in flight ends. */
  windDown(): void {
    this.#over = true
    this.#changed.raise()
  }

  /** Ends what is in flight: those attempts never happened. */
  abort(): void {
    this.windDown()
    this.#abort.abort()
  }

  /** Another owner has the lane. */
  lose(): void {
    if (this.#lost || this.#givenBack) return
    this.#lost = true
    const { subscriptionId } = this.lane
    this.#context.observe({ name: 'lease.lost', subscriptionId, inFlight: this.#sending })
    this.abort()
  }

  /** The next delivery to send, its permit and slot taken; `null` when the lane has come to its end. */
  async #next(): Promise<{ delivery: QueuedDelivery; slow: boolean } | null> {
    const { slots, settings } = this.#context
    while (this.#maySend()) {
      if (this.#queue.wantsLoad) await this.#queue.load(this.#unsettled, () => this.#subscription.isActive)
      const health = this.#health()
      const full = this.#sending >= Math.min(settings.laneConcurrency, health.allowance)
      if (full) await this.#changed.wait()
      else if (this.#queue.length === 0) {
        if (this.#unsettled.size === 0 && !this.#queue.woken) return null
        if (!this.#queue.woken) await this.#changed.wait()
      } else if (await this.#permit()) {
        const slow = isSlow(health)
        await slots.take(slow)
        const delivery = this.#maySend() ? this.#queue.take() : undefined
        if (delivery) return { delivery, slow }
        slots.give(slow)
      }
    }
    return null
  }

  #maySend(): boolean {
    const { clock } = this.#context
    if (this.#over || !this.#owns()) return false
    return clock.monotonic() - this.#startedMonotonic < QUANTUM_MS && this.#heldUntil <= clock.now()
  }

  #owns(): boolean {
    return !this.#lost && this.#leaseEnds - this.#context.clock.monotonic() >= LEASE_MARGIN_MS
  }

  /** A permit that is already stored, so that a crash cannot overspend the window. */
  async #permit(): Promise<boolean> {
    const limiter = this.#limiter
    if (limiter.ready) return true
    const window = limiter.reserve(Math.min(this.#queue.length, PERMITS_AT_A_TIME))
    if (window) {
      const leaseEnds = await this.#context.reserve(this.lane, window)
      if (leaseEnds === null) this.lose()
      else this.#leaseEnds = leaseEnds
      return leaseEnds !== null
    }
    const until = limiter.nextAvailableAt()
    if (until === null) await this.#changed.wait()
    else this.#hold(until, 'rate_limit')
    return false
  }

  #hold(until: number, reason: 'rate_limit' | 'retry_after'): void {
    this.#heldUntil = Math.max(this.#heldUntil, until)
    const { subscriptionId } = this.lane
    this.#context.observe({ name: 'lane.held', subscriptionId, until: this.#heldUntil, reason })
  }

  async #attempt({ delivery, slow }: { delivery: QueuedDelivery; slow: boolean }): Promise<void> {
    const { clock, slots, health } = this.#context
    this.#limiter.take()
    this.#sending += 1
    this.#unsettled.add(delivery.id)
    let outcome: Outcome | null = null
    try {
      outcome = await this.#send(delivery)
    } finally {
      this.#limiter.end(outcome?.endedAt ?? clock.now())
      this.#sending -= 1
      slots.answered(slow)
      this.#changed.raise()
    }
    if (outcome && outcome.verdict.kind !== 'none') {
      const { durationMs, statusCode } = outcome.attempt
      health.set(this.lane.subscriptionId, afterAttempt(this.#health(), durationMs, statusCode !== null))
      await this.#settle(delivery, outcome).catch((error: unknown) => this.#ownFault(delivery, error))
    } else this.#rest()
    slots.settled()
    this.#unsettled.delete(delivery.id)
    this.#changed.raise()
  }

  async #send(delivery: QueuedDelivery): Promise<Outcome | null> {
    try {
      const context = this.#context
      const event = context.cache.get(delivery.eventId) ?? (await storedEvent(context, delivery))
      const subscription = this.#subscription
      const { signal } = this.#abort
      const mayStart = this.#mayStart
      return await deliver(context, { event, delivery, subscription, signal, mayStart })
    } catch (error) {
      this.#ownFault(delivery, error)
      return null
    }
  }

  async #settle(delivery: QueuedDelivery, outcome: Outcome): Promise<void> {
    const { verdict, attempt, endedAt } = outcome
    if (verdict.kind === 'none') return
    const { settings, ids, observe } = this.#context
    const { subscriptionId, token } = this.lane
    const ref = { deliveryId: delivery.id, eventId: delivery.eventId, subscriptionId }
    const { number, statusCode, errorClass, durationMs } = attempt
    observe({ name: 'attempt.finished', ...ref, attempt: number, statusCode, errorClass, durationMs })
    if (verdict.kind === 'retry' && verdict.holdsLane && verdict.waitMs)
      this.#hold(endedAt + verdict.waitMs, 'retry_after')
    const gone = verdict.kind === 'failed' && verdict.reason === 'gone'
    // It speaks for the address that was asked, whatever the subscription has now.
    if (gone && outcome.url === this.#subscription.url)
      this.update({ ...this.#subscription, isActive: false })
    const schedule = settings.retry
    const random = ids.random()
    const settlement = settleAttempt({ delivery, token, attempt, verdict, schedule, random, endedAt })
    const clears = this.#clearsStrikes
    this.#clearsStrikes = false
    const applied = await this.#context.settle(settlement, clears)
    if (gone) await this.#context.deactivate(subscriptionId, outcome.url)
    if (!applied) {
      this.#lookAgain()
      return observe({ name: 'settle.rejected', deliveryId: delivery.id, subscriptionId })
    }
    if (settlement.status === 'pending') this.#queue.dueAgain(settlement.dueAt)
    tellSettled(observe, ref, settlement)
  }

  /** What was no attempt is still pending: the lane must not go to sleep over it, nor try it again and again. */
  #rest(): void {
    this.#queue.putBack()
    if (this.#over || !this.#owns()) return
    this.#heldUntil = Math.max(this.#heldUntil, this.#context.clock.now() + OWN_FAULT_REST_MS)
  }

  /** What is stored is not what was thought: its next owner finds out, if that is still for this one to say. */
  #lookAgain(): void {
    this.#queue.putBack()
    this.windDown()
  }

  #ownFault(delivery: QueuedDelivery, error: unknown): void {
    const { logger } = this.#context
    this.#rest()
    const reason = error instanceof Error ? error.message : 'unknown error'
    logger.error({ deliveryId: delivery.id, subscriptionId: this.lane.subscriptionId }, `Not sent: ${reason}`)
  }

  #release(): LaneRelease {
    const now = this.#context.clock.now()
    const { subscriptionId, token } = this.lane
    this.#givenBack = true
    return {
      subscriptionId,
      token,
      wakeups: this.#queue.seenWakeups,
      dueAt: this.#queue.nextDueAt(now, this.#subscription.isActive),
      availableAt: this.#heldUntil > now ? this.#heldUntil : 0,
      window: this.#limiter.close(),
      strikes: 0,
      heldStrikes: 0,
    }
  }

  #health(): Health {
    return this.#context.health.get(this.lane.subscriptionId) ?? NEW_HEALTH
  }
}
