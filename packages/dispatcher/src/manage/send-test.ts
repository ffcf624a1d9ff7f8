import { serialiseEnvelope, type EventCatalogue } from '@swigs/webhooks-protocol'
import { deliveryId, type Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { Subscription } from '../core/subscription.js'
import type { FlowContext } from '../flow/context.js'
import type { FanOut } from '../flow/fan-out.js'
import type { LanePool } from '../flow/lane-pool.js'
import { CallsUnderWay } from './calls-under-way.js'
import { maskAnswer } from './request-view.js'

/** What became of a test. */
export interface TestResult {
  readonly delivered: boolean
  readonly statusCode: number | null
  readonly durationMs: number | null
  /** Why it was not delivered, in words; `null` when it was. */
  readonly error: string | null
  readonly deliveryId: string
  /** What the receiver answered, 16 KiB at most. */
  readonly responseBody: string | null
}

/** Beyond the request's own deadline: the time that a test may wait for its turn. */
const WAIT_MS = 5_000
const LOOK_EVERY_MS = 50

/** The test button: an event for one subscription alone, through its lane, its rate window and its signature. */
export class TestSender {
  readonly #context: FlowContext
  readonly #fanOut: FanOut
  readonly #pool: LanePool
  readonly #catalogue: EventCatalogue | undefined
  readonly #calls = new CallsUnderWay()

  constructor(input: {
    context: FlowContext
    fanOut: FanOut
    pool: LanePool
    catalogue: EventCatalogue | undefined
  }) {
    this.#context = input.context
    this.#fanOut = input.fanOut
    this.#pool = input.pool
    this.#catalogue = input.catalogue
  }

  send(subscription: Subscription): Promise<TestResult> {
    return this.#calls.begin(() => this.#send(subscription))
  }

  /** Resolves when no test is under way. */
  async idle(): Promise<void> {
    await this.#calls.idle()
  }

  async #send(subscription: Subscription): Promise<TestResult> {
    const { storage, clock, settings } = this.#context
    const event = this.#event(subscription)
    const id = deliveryId(event.id, subscription.id)
    const deadline = clock.monotonic() + settings.timeoutMs + WAIT_MS
    // Nobody but this process knows what to do with it at once: sweeps come after the deadline.
    const visibleAt = clock.now() + settings.timeoutMs + 2 * WAIT_MS
    await storage.events.append({ events: [event], visibleAt })
    await this.#fanOut.fanOut([event])
    for (;;) {
      await this.#pool.acquire({ among: [subscription.id] })
      const delivery = await this.#settled(id, subscription.id)
      if (delivery && delivery.status !== 'pending') return result(subscription, delivery, null)
      const held = await this.#heldBack(subscription.id)
      if (held === null && clock.monotonic() < deadline) continue
      const given = await storage.deliveries.cancel({ id, now: clock.now() })
      if (given && given.status !== 'cancelled') return result(subscription, given, null)
      const busy = 'The lane of this subscription is busy in another process; try again.'
      return result(subscription, given, held ?? busy)
    }
  }

  #event(subscription: Subscription): StoredEvent {
    const { clock, ids } = this.#context
    const now = Math.floor(clock.now())
    const timestamp = new Date(now).toISOString()
    const example = (this.#catalogue?.['test']?.example ?? {}) as object
    const data = { message: 'Test webhook', ...example, timestamp }
    const id = ids.eventId()
    const body = serialiseEnvelope({ id, event: 'test', timestamp, data })
    return {
      id,
      type: 'test',
      siteId: null,
      body,
      occurredAt: now,
      acceptedAt: now,
      target: subscription.id,
    }
  }

  /** The delivery, once this process has served its lane or a moment has passed. */
  async #settled(id: string, subscriptionId: string): Promise<Delivery | null> {
    const { storage, clock } = this.#context
    if (this.#pool.holds(subscriptionId)) {
      const served = new AbortController()
      const idle = this.#pool.idleOf(subscriptionId).finally(() => served.abort())
      await Promise.race([idle, clock.sleep(LOOK_EVERY_MS, served.signal)])
    } else {
      const delivery = await storage.deliveries.get(id)
      if (delivery?.status !== 'pending') return delivery
      await clock.sleep(LOOK_EVERY_MS)
    }
    return storage.deliveries.get(id)
  }

  /** Why nothing may be sent to this subscription just now, or `null`. */
  async #heldBack(subscriptionId: string): Promise<string | null> {
    const { storage, clock } = this.#context
    if (this.#pool.closed) return 'This dispatcher is being stopped.'
    const lane = await storage.lanes.get(subscriptionId)
    if (!lane || lane.token !== null || lane.leaseUntil <= clock.now()) return null
    const until = new Date(lane.leaseUntil).toISOString()
    return `Nothing may be sent to this subscription before ${until} (its rate limit, or its receiver's Retry-After).`
  }
}

const result = (
  { headers }: Subscription,
  delivery: Delivery | null,
  heldBack: string | null,
): TestResult => {
  const attempt = delivery?.attempts.at(-1)
  const answer = attempt?.responseBody ?? null
  return {
    delivered: delivery?.status === 'delivered',
    statusCode: attempt?.statusCode ?? null,
    durationMs: attempt?.durationMs ?? null,
    error: heldBack ?? attempt?.error ?? null,
    deliveryId: delivery?.id ?? '',
    responseBody: answer === null ? null : maskAnswer(answer, headers),
  }
}
