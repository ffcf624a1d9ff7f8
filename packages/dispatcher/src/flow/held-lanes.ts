import type { Delivery } from '../core/delivery.js'
import type { Subscription } from '../core/subscription.js'
import type { DueLanes } from './due-lanes.js'
import type { LaneRunner } from './lane-runner.js'

/** Lanes held at a time. Most wait for slots or answers; each costs a few KB and a line in the heartbeat. */
const MAX_HELD = 1_000

/** How lanes are about to be woken. */
export interface Waking {
  /** It goes before what is loaded already: a test. Default `false`. */
  readonly urgent?: boolean
  /** Every one of these lanes is woken, and not more than once. Default `true`. */
  readonly certain?: boolean
  /** A hold ends with it. Default `false`. */
  readonly lift?: boolean
}

/**
 * The lanes that this process owns. Wakes that it caused itself are counted, not guessed: a lane acquired before the wake
 * was under way has seen exactly that one since. Anything uncertain leaves a lane due when it is given back, which costs one
 * look.
 */
export class HeldLanes {
  readonly #due: DueLanes
  readonly #lanes = new Map<string, LaneRunner>()
  #sequence = 0
  #crowded = false
  #closed = false

  constructor(due: DueLanes) {
    this.#due = due
  }

  /** No lane is taken from now on. */
  get closed(): boolean {
    return this.#closed
  }

  get size(): number {
    return this.#lanes.size
  }

  get empty(): boolean {
    return this.#lanes.size === 0
  }

  get full(): boolean {
    return this.#lanes.size >= MAX_HELD
  }

  /** The next number in the order in which this process does things. */
  next(): number {
    return ++this.#sequence
  }

  /** How many more lanes may be taken, `wanted` at most. Want of room is remembered: `drop` asks for a poll once there is some. */
  room(wanted: number): number {
    const room = this.#closed ? 0 : Math.min(wanted, MAX_HELD - this.#lanes.size)
    if (room < wanted) this.#crowded = true
    return room
  }

  has(subscriptionId: string): boolean {
    return this.#lanes.has(subscriptionId)
  }

  all(): LaneRunner[] {
    return [...this.#lanes.values()]
  }

  /** Whether it is this runner that holds its lane: another may have come after it. */
  isHeld(runner: LaneRunner): boolean {
    return this.#lanes.get(runner.subscriptionId) === runner
  }

  add(runner: LaneRunner): void {
    this.#lanes.get(runner.subscriptionId)?.lose()
    this.#lanes.set(runner.subscriptionId, runner)
    if (this.#closed) runner.windDown()
  }

  drop(runner: LaneRunner): void {
    if (this.isHeld(runner)) this.#lanes.delete(runner.subscriptionId)
    // At half of what may be held, not at each lane that ends.
    if (!this.#crowded || this.#lanes.size > MAX_HELD / 2) return
    this.#crowded = false
    this.#due.poll()
  }

  /** Called before a wake is written; what it answers is called once the wake is durable. */
  waking(subscriptionIds: ReadonlySet<string>, how: Waking = {}): () => void {
    const { urgent = false, certain = true, lift = false } = how
    const startedAt = this.next()
    return () => {
      for (const subscriptionId of subscriptionIds) {
        const runner = this.#lanes.get(subscriptionId)
        if (runner) {
          runner.wake({ certain: certain && runner.acquiredAt < startedAt, urgent })
          if (lift) runner.lift()
        } else this.#due.due(subscriptionId, lift ? { dueAt: 0, freeAt: 0 } : { dueAt: 0 })
      }
    }
  }

  /** Deliveries of a lane that this process has sent, and not recorded yet. */
  sent(id: string): ReadonlySet<string> | undefined {
    return this.#lanes.get(id)?.sent
  }

  /** A subscription was changed in this process, or removed. */
  update(id: string, subscription: Subscription | null): void {
    this.#lanes.get(id)?.update(subscription)
  }

  /** A delivery was cancelled in this process. */
  forget({ id, subscriptionId }: Pick<Delivery, 'id' | 'subscriptionId'>): void {
    this.#lanes.get(subscriptionId)?.forget(id)
  }

  close(): void {
    this.#closed = true
    this.windDown()
  }

  /** Those held send nothing new. */
  windDown(): void {
    for (const runner of this.#lanes.values()) runner.windDown()
  }

  /** What is in flight is ended: those attempts never happened. */
  abort(): void {
    for (const runner of this.#lanes.values()) runner.abort()
  }
}
