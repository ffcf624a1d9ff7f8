import { TEST_DUE_AT, type QueuedDelivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import { NEVER, type Lane } from '../core/lane.js'
import type { FlowContext } from './context.js'

const LOAD_AT_A_TIME = 64

/** What its owner knows of a lane's deliveries: those that are due and loaded, and whether there are more. */
export class LaneQueue {
  readonly #context: Pick<FlowContext, 'storage' | 'clock' | 'cache' | 'logger'>
  readonly #subscriptionId: string
  #seenWakeups: number
  #due: QueuedDelivery[] = []
  #woken = false
  #urgent = false
  #exhausted = false
  #returned = false
  #nextDueAt = NEVER

  constructor(context: Pick<FlowContext, 'storage' | 'clock' | 'cache' | 'logger'>, lane: Lane) {
    this.#context = context
    this.#subscriptionId = lane.subscriptionId
    this.#seenWakeups = lane.wakeups
  }

  get length(): number {
    return this.#due.length
  }

  /** There is work that was not looked for yet. */
  get woken(): boolean {
    return this.#woken
  }

  /** The wakes that this owner knows of: a release is fenced by them. */
  get seenWakeups(): number {
    return this.#seenWakeups
  }

  /** When the next one that is not due yet will be; `NEVER` where none is known. */
  get laterDueAt(): number {
    return this.#nextDueAt
  }

  get wantsLoad(): boolean {
    return this.#urgent || (this.#due.length === 0 && (this.#woken || !this.#exhausted))
  }

  /**
   * There is new work. `certain`: exactly one wake was stored since this acquisition. `urgent`: it goes before what is
   * loaded already; anything else is found when that is done.
   */
  wake({ certain, urgent }: { certain: boolean; urgent: boolean }): void {
    if (certain) this.#seenWakeups += 1
    this.#woken = true
    this.#urgent ||= urgent
  }

  /**
   * Reads what is due; on a paused lane only tests are. Whatever was open when the question was asked is passed over: it
   * may be answered as pending and be settled by the time the answer is here, and when it is due again its own settling says.
   */
  async load(open: ReadonlySet<string>, sendsAll: () => boolean): Promise<void> {
    const { storage, clock, cache } = this.#context
    this.#woken = this.#urgent = this.#returned = false
    this.#nextDueAt = NEVER
    const passedOver = new Set(open)
    const limit = LOAD_AT_A_TIME + passedOver.size
    const rows = await storage.lanes.upcoming({ subscriptionId: this.#subscriptionId, limit })
    const now = clock.now()
    const all = sendsAll()
    const mine = rows.filter((row) => !passedOver.has(row.id) && (all || row.dueAt === TEST_DUE_AT))
    const due = mine.filter((row) => row.dueAt <= now)
    // What was put back meanwhile was passed over: it is not among these rows.
    this.#exhausted = !this.#returned && (rows.length < limit || mine.length > due.length || !all)
    this.dueAgain(mine[due.length]?.dueAt ?? NEVER)
    const unknown = new Set(due.map((row) => row.eventId).filter((eventId) => !cache.get(eventId)))
    if (unknown.size > 0)
      for (const event of await storage.events.get([...unknown])) {
        cache.set(event)
        unknown.delete(event.id)
      }
    await this.#giveUp(due.filter(({ eventId }) => unknown.has(eventId)))
    this.#due = due.filter(({ eventId }) => !unknown.has(eventId))
  }

  /** What a delivery is about, where the cache has let go of it; `null`, and the delivery is given up, if it is gone. */
  async event(delivery: QueuedDelivery): Promise<StoredEvent | null> {
    const [event] = await this.#context.storage.events.get([delivery.eventId])
    if (!event) await this.#giveUp([delivery])
    return event ?? null
  }

  async #giveUp(deliveries: readonly QueuedDelivery[]): Promise<void> {
    if (deliveries.length === 0) return
    const { storage, clock, logger } = this.#context
    const ids = deliveries.map(({ id }) => id)
    await storage.deliveries.cancel({ ids, reason: 'event_missing', now: clock.now() })
    const first = { deliveryId: ids[0], subscriptionId: this.#subscriptionId, deliveries: ids.length }
    logger.error(first, 'Deliveries are given up: their events are not stored any more, or cannot be read')
  }

  take(): QueuedDelivery | undefined {
    return this.#due.shift()
  }

  /** One is not to be sent any more. */
  forget(deliveryId: string): void {
    this.#due = this.#due.filter(({ id }) => id !== deliveryId)
  }

  /** One that was taken is still pending, and due: the lane must not go to sleep over it. */
  putBack(): void {
    this.#returned = true
    this.#exhausted = false
  }

  /** One that was taken is due again at an instant. */
  dueAgain(dueAt: number): void {
    this.#nextDueAt = Math.min(this.#nextDueAt, dueAt)
  }

  /** When the lane is next due, as far as its owner knows. */
  nextDueAt(now: number, sendsAll: boolean): number {
    if (this.#woken || this.#due.length > 0 || !this.#exhausted) return now
    return sendsAll ? this.#nextDueAt : NEVER
  }
}
