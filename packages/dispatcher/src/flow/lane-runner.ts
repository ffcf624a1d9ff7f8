import type { QueuedDelivery } from '../core/delivery.js'
import { isSlow } from '../core/health.js'
import { NEVER, type Lane } from '../core/lane.js'
import { limitText, maySend, type Subscription } from '../core/subscription.js'
import type { LaneRelease } from '../ports/storage/lanes.js'
import { LaneAttempts } from './lane-attempts.js'
import { LaneLease } from './lane-lease.js'
import { LaneLimiter } from './lane-limiter.js'
import { LaneQueue } from './lane-queue.js'
import { reportStorage } from './report-storage.js'
import type { RunnerContext } from './runner-context.js'
import { Signal } from './signal.js'
import type { Tally } from './tally.js'

const PERMITS_AT_A_TIME = 32

/** A lane as it was acquired, for whom and for what. */
export interface Acquisition {
  readonly lane: Lane
  readonly subscription: Subscription
  /** On the monotonic clock. */
  readonly leaseEndsAt: number
  /** In the order in which this process did things. */
  readonly acquiredAt: number
  readonly tally: Tally
  /** Nothing but tests is sent, as on a paused lane. */
  readonly testsOnly: boolean
}

/**
 * Runs one lane while this process owns it: due → permit → slot → send → complete, topping up as each one ends. The owner is
 * alone on the lane, so its rate window needs no lock.
 */
export class LaneRunner {
  readonly lane: Lane
  readonly #context: RunnerContext
  readonly #acquired: Acquisition
  readonly #lease: LaneLease
  readonly #limiter: LaneLimiter
  readonly #queue: LaneQueue
  readonly #attempts: LaneAttempts
  readonly #changed = new Signal()

  constructor(context: RunnerContext, acquired: Acquisition) {
    const { lane, subscription, leaseEndsAt, tally } = acquired
    const { clock, settings, steps } = context
    this.lane = lane
    this.#context = context
    this.#acquired = acquired
    this.#lease = new LaneLease(clock, lane, leaseEndsAt)
    this.#queue = new LaneQueue(context, lane)
    const limit = subscription.rateLimit ?? settings.rateLimit
    const { reserved } = lane.window
    const ends = limit ? steps.corrected(lane.window.ends, limit.windowMs) : []
    this.#limiter = new LaneLimiter(clock, limit, { ends, reserved })
    const parts = {
      lease: this.#lease,
      queue: this.#queue,
      limiter: this.#limiter,
      changed: this.#changed,
      tally,
    }
    this.#attempts = new LaneAttempts(context, parts, subscription)
  }

  get subscriptionId(): string {
    return this.lane.subscriptionId
  }

  get acquiredAt(): number {
    return this.#acquired.acquiredAt
  }

  /** Sent, and not yet recorded. */
  get sent(): ReadonlySet<string> {
    return this.#attempts.open
  }

  /** As far as this process knows, its subscription is off: nothing waits for it. */
  get isOff(): boolean {
    return !this.#attempts.subscription.isActive
  }

  /** There is work that it has not looked for. */
  get woken(): boolean {
    return this.#queue.woken
  }

  /** Runs until there is nothing to do, the lane must rest, or it is taken away; answers how to give it back. */
  async run(): Promise<LaneRelease | null> {
    try {
      for (let next = await this.#next(); next; next = await this.#next())
        void this.#attempts.start(next.delivery, next.slow)
    } catch (error) {
      reportStorage(this.#context.observe, 'lanes.serve', error)
      this.#attempts.rest()
    }
    while (this.#attempts.open.size > 0) await this.#changed.wait()
    return this.#lease.state === 'lost' ? null : this.#release()
  }

  /** There is new work: see `LaneQueue.wake`. */
  wake(wake: { certain: boolean; urgent: boolean }): void {
    this.#queue.wake(wake)
    this.#changed.raise()
  }

  /** The lease was moved. */
  renew(endsAt: number): void {
    this.#lease.renew(endsAt)
  }

  /** A hold ends, at somebody's word or with its cause. */
  lift(): void {
    this.#lease.lift()
    this.#changed.raise()
  }

  /** The subscription changed, or is gone. */
  update(subscription: Subscription | null): void {
    const before = this.#attempts.subscription
    const { rateLimit } = this.#context.settings
    const limitOf = (one: Subscription) => limitText(one.rateLimit ?? rateLimit)
    const goesOn =
      subscription !== null &&
      maySend(subscription) === maySend(before) &&
      limitOf(subscription) === limitOf(before)
    // What is loaded waits for the next acquisition, which has the limit, and knows what may be sent.
    if (!goesOn) this.windDown()
    if (subscription) this.#attempts.subscription = subscription
  }

  /** A delivery is not to be sent any more. */
  forget(deliveryId: string): void {
    this.#queue.forget(deliveryId)
  }

  /** Sends nothing new; what is in flight ends. */
  windDown(): void {
    this.#lease.drain()
    this.#changed.raise()
  }

  /** Ends what is in flight: those attempts never happened. */
  abort(): void {
    this.windDown()
    this.#attempts.abort()
  }

  /** Another owner has the lane. */
  lose(): void {
    if (!this.#lease.lose()) return
    const { subscriptionId } = this
    this.#context.observe({ name: 'lease.lost', subscriptionId, inFlight: this.#attempts.sending })
    this.abort()
  }

  /** Tests alone are sent while it is paused or off, or where nobody asked for more. */
  readonly #sendsAll = (): boolean => !this.#acquired.testsOnly && maySend(this.#attempts.subscription)

  /** The next delivery to send, its permit and slot taken; `null` when the lane has come to its end. */
  async #next(): Promise<{ delivery: QueuedDelivery; slow: boolean } | null> {
    const { slots, settings } = this.#context
    const queue = this.#queue
    const attempts = this.#attempts
    while (this.#lease.maySend) {
      if (queue.wantsLoad) await queue.load(attempts.open, this.#sendsAll)
      const { health } = attempts
      const full = attempts.sending >= Math.min(settings.laneConcurrency, health.allowance)
      if (full) await this.#changed.wait()
      else if (queue.length === 0) {
        if (attempts.open.size === 0 && !queue.woken) return null
        if (!queue.woken) await this.#changeOrDue()
      } else if (this.#limiter.ready || (await this.#permit())) {
        const slow = isSlow(health)
        if (!slots.tryTake(slow)) await slots.take(slow)
        const delivery = this.#lease.maySend ? queue.take() : undefined
        if (delivery) return { delivery, slow }
        slots.give(slow)
      }
    }
    return null
  }

  /** A retry that becomes due does not wait for a slow request that is under way. */
  async #changeOrDue(): Promise<void> {
    const { clock } = this.#context
    const dueAt = this.#queue.laterDueAt
    if (dueAt === NEVER) return this.#changed.wait()
    const ended = new AbortController()
    void clock.sleep(Math.max(0, dueAt - clock.now()), ended.signal).then(() => {
      if (ended.signal.aborted) return
      this.#queue.putBack()
      this.#changed.raise()
    })
    await this.#changed.wait()
    ended.abort()
  }

  /** A permit that is already stored, so that a crash cannot overspend the window. */
  async #permit(): Promise<boolean> {
    const limiter = this.#limiter
    const window = limiter.reserve(Math.min(this.#queue.length, PERMITS_AT_A_TIME))
    if (window) {
      const leaseEndsAt = await this.#context.reserve(this.lane, window)
      if (leaseEndsAt === null) this.lose()
      else this.#lease.renew(leaseEndsAt)
      return leaseEndsAt !== null
    }
    const waitMs = limiter.nextAvailableInMs()
    if (waitMs === null) await this.#changed.wait()
    else this.#attempts.hold(waitMs, 'rate_limit', limiter.cause)
    return false
  }

  #release(): LaneRelease {
    const { clock } = this.#context
    const { subscriptionId, token, lifts } = this.lane
    const now = clock.now()
    return {
      subscriptionId,
      token,
      lifts,
      wakeups: this.#queue.seenWakeups,
      // Whoever looked for tests alone has not seen the rest.
      dueAt: this.#acquired.testsOnly ? now : this.#queue.nextDueAt(now, this.#sendsAll()),
      hold: this.#lease.release(),
      window: this.#limiter.close(),
      crashCount: 0,
      quarantinedAt: 0,
    }
  }
}
