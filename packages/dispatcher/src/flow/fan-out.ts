import { isWebhooksError } from '@swigs/webhooks-protocol'
import { newDelivery, type NewDelivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import { wants } from '../core/match.js'
import { SWEEP_AFTER_MS } from './accept.js'
import type { FlowContext } from './context.js'
import type { HeldLanes } from './held-lanes.js'
import { matchingSubscriptions } from './matching-subscriptions.js'
import { reportStorage } from './report-storage.js'

const EVENTS_AT_A_TIME = 64
const DELIVERIES_AT_A_TIME = 2_000
const SWEEP_LIMIT = 256
/** Beyond this many waiting events memory is not the place for them: sweeps find the rest in storage. */
const MAX_WAITING = 2_000

/**
 * Turns events into deliveries: at once for what this process accepted, by sweep for what a crash or a session left
 * behind. Every step may be repeated, by anyone.
 */
export class FanOut {
  readonly #context: FlowContext
  readonly #held: HeldLanes
  #waiting: StoredEvent[] = []
  #running: Promise<void> | null = null
  /** No worker runs here: the workers of other processes have to be told. */
  announces = true

  constructor(context: FlowContext, held: HeldLanes) {
    this.#context = context
    this.#held = held
  }

  /** Takes an event that was just appended. */
  add(event: StoredEvent): void {
    if (this.#waiting.length >= MAX_WAITING) return
    this.#waiting.push(event)
    this.#running ??= this.#run()
  }

  /** Resolves when what `add` took is fanned out, or left to sweeps by a failure. */
  async idle(): Promise<void> {
    await this.#running
  }

  /**
   * Fans out what nobody has; answers how many events. `orphansOnly` leaves those alone that the process that appended
   * them may be about to fan out.
   */
  async sweep({ orphansOnly }: { orphansOnly: boolean }): Promise<number> {
    const { storage, clock } = this.#context
    const now = clock.now() + (orphansOnly ? 0 : SWEEP_AFTER_MS)
    const events = await storage.events.unfanned({ now, limit: SWEEP_LIMIT })
    await this.#fanOutAll(events)
    return events.length
  }

  /** pending events → match → deliveries, lanes woken, events marked. */
  async fanOut(events: readonly StoredEvent[]): Promise<void> {
    const { storage, clock, observe, isObserved } = this.#context
    const subscriptions = await matchingSubscriptions(storage.subscriptions, events)
    const now = clock.now()
    const deliveries: NewDelivery[] = []
    const counts = new Map<string, number>()
    for (const event of events) {
      const before = deliveries.length
      for (const subscription of subscriptions)
        if (wants(subscription, event)) deliveries.push(newDelivery(event, subscription.id, now))
      counts.set(event.id, deliveries.length - before)
    }
    const urgent = events.some((event) => event.target !== null)
    const woken = this.#held.waking(new Set(deliveries.map((delivery) => delivery.subscriptionId)), {
      urgent,
    })
    while (deliveries.length > DELIVERIES_AT_A_TIME) {
      const some = deliveries.splice(0, DELIVERIES_AT_A_TIME)
      await storage.events.fanOut({ now, eventIds: [], deliveries: some })
    }
    const eventIds = events.map((event) => event.id)
    await storage.events.fanOut({ now, eventIds, deliveries, announce: this.announces })
    woken()
    if (!isObserved('event.fanned_out')) return
    for (const [eventId, count] of counts) observe({ name: 'event.fanned_out', eventId, deliveries: count })
  }

  /** Some at a time; where that is refused, one by one: an event that cannot be fanned out keeps no other from it. */
  async #fanOutAll(events: readonly StoredEvent[], atATime = EVENTS_AT_A_TIME): Promise<void> {
    const refusals: unknown[] = []
    for (let at = 0; at < events.length; at += atATime) {
      const some = events.slice(at, at + atATime)
      try {
        await this.fanOut(some)
      } catch (error) {
        if (isWebhooksError(error, 'STORAGE_UNAVAILABLE')) throw error
        if (some.length === 1) refusals.push(error)
        else await this.#fanOutAll(some, 1).catch((refusal: unknown) => refusals.push(refusal))
      }
    }
    if (refusals.length > 0) throw refusals[0]
  }

  async #run(): Promise<void> {
    // One turn of the event loop gathers what was appended together.
    await Promise.resolve()
    try {
      while (this.#waiting.length > 0) await this.#fanOutAll(this.#waiting.splice(0, EVENTS_AT_A_TIME))
    } catch (error) {
      this.#waiting = []
      reportStorage(this.#context.observe, 'events.fanOut', error)
    } finally {
      this.#running = null
    }
  }
}
