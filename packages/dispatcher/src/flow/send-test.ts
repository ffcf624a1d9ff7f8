import { serialiseEnvelope } from '@swigs/webhooks-protocol'
import { deliveryId, type Delivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import type { LaneState } from '../core/lane.js'
import type { FlowContext } from './context.js'
import { checkLength } from './event-length.js'
import type { FanOut } from './fan-out.js'
import type { HeldLanes } from './held-lanes.js'
import type { LaneServer } from './serve-lanes.js'
import type { WorkerParts } from './worker.js'

/** What became of a test, and why it was not sent if it was not. */
export interface TestOutcome {
  readonly delivery: Delivery | null
  readonly heldBack: string | null
}

/** The event that is sent. */
export interface TestContent {
  readonly type: string
  readonly siteId: string | null
  readonly dataAt: (timestamp: string) => unknown
}

/** Beyond the request's own deadline: the time that a test may wait for its turn, ms. */
const WAIT_MS = 5_000
const LOOK_EVERY_MS = 50

/**
 * The test button: an event for one subscription alone, which goes the way of every event: appended, fanned out, sent through
 * its lane. `wholeLane: false` leaves everything else in that lane where it is.
 */
export class TestSender {
  readonly #context: FlowContext
  readonly #fanOut: FanOut
  readonly #held: HeldLanes
  readonly #server: LaneServer

  constructor(context: FlowContext, parts: Pick<WorkerParts, 'fanOut' | 'held' | 'server'>) {
    this.#context = context
    this.#fanOut = parts.fanOut
    this.#held = parts.held
    this.#server = parts.server
  }

  async send(
    subscriptionId: string,
    content: TestContent,
    { wholeLane }: { wholeLane: boolean },
  ): Promise<TestOutcome> {
    const { storage, clock, ids, settings } = this.#context
    const event = this.#event(subscriptionId, content)
    const id = deliveryId(event.id, subscriptionId)
    const deadline = clock.monotonic() + settings.timeoutMs + WAIT_MS
    // Nobody but this process knows what to do with it at once: sweeps come after the deadline.
    const visibleAt = clock.now() + settings.timeoutMs + 2 * WAIT_MS
    await storage.events.append({ callId: ids.token(), events: [event], visibleAt })
    await this.#fanOut.fanOut([event])
    for (;;) {
      const { taken, others } = await this.#server.take({ among: [subscriptionId], testsOnly: !wholeLane })
      await this.#served(subscriptionId)
      const delivery = await storage.deliveries.get(id)
      if (delivery && delivery.status !== 'pending') return { delivery, heldBack: null }
      const heldBack = this.#heldBack(others[0])
      if (heldBack === null && clock.monotonic() < deadline) {
        if (taken === 0) await clock.sleep(LOOK_EVERY_MS)
        continue
      }
      await storage.deliveries.cancel({ ids: [id], reason: 'cancelled', now: clock.now() })
      this.#held.forget({ id, subscriptionId })
      const given = await storage.deliveries.get(id)
      if (given && given.status !== 'cancelled') return { delivery: given, heldBack: null }
      const busy = 'The lane of this subscription is busy in another process; try again.'
      return { delivery: given, heldBack: heldBack ?? busy }
    }
  }

  #event(target: string, { type, siteId, dataAt }: TestContent): StoredEvent {
    const { clock, ids, settings } = this.#context
    const now = Math.floor(clock.now())
    const timestamp = new Date(now).toISOString()
    const id = ids.eventId()
    const body = serialiseEnvelope({ id, event: type, timestamp, data: dataAt(timestamp) })
    checkLength(type, body, settings.maxPayloadBytes)
    return { id, type, siteId, body, occurredAt: now, acceptedAt: now, target, trace: null }
  }

  /** Resolves when this process does not hold the lane any more, or a moment has passed. */
  async #served(subscriptionId: string): Promise<void> {
    if (!this.#held.has(subscriptionId)) return
    const served = new AbortController()
    const idle = this.#server.idleOf(subscriptionId).finally(() => served.abort())
    await Promise.race([idle, this.#context.clock.sleep(LOOK_EVERY_MS, served.signal)])
  }

  /** Why nothing may be sent to this subscription just now, or `null`. */
  #heldBack(lane: LaneState | undefined): string | null {
    if (this.#held.closed) return 'This dispatcher is being stopped.'
    if (!lane || lane.token !== null || lane.leaseUntil <= this.#context.clock.now()) return null
    const until = new Date(lane.leaseUntil).toISOString()
    return `Nothing may be sent to this subscription before ${until} (${HOLDS[lane.hold?.reason ?? 'own_fault']}).`
  }
}

const HOLDS = {
  rate_limit: 'its rate limit',
  retry_after: "its receiver's Retry-After",
  quarantine: 'its lane is quarantined',
  own_fault: 'its lane rests after a fault',
  malformed: 'what is stored of it cannot be read',
} as const
