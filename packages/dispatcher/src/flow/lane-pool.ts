import { isWebhooksError } from '@swigs/webhooks-protocol'
import type { Delivery } from '../core/delivery.js'
import type { Health } from '../core/health.js'
import { NEVER, type Lane } from '../core/lane.js'
import { quarantineMs } from '../core/quarantine.js'
import type { Subscription } from '../core/subscription.js'
import type { FlowContext } from './context.js'
import type { LaneWaker } from './fan-out.js'
import type { LaneContext } from './lane-context.js'
import { laneWrites, type LaneWrites } from './lane-writes.js'
import { ServedLane } from './serve-lane.js'
import { Slots } from './slots.js'

const ACQUIRE_AT_A_TIME = 64
/** Lanes held at a time. Most wait for slots or answers; each costs a few KB and a line in the heartbeat. */
const MAX_HELD = 1_000
const CANCEL_AT_A_TIME = 1_000

/** The lanes that this process owns: acquires, serves, extends and gives them back. */
export class LanePool implements LaneWaker {
  readonly #context: FlowContext
  readonly #laneContext: LaneContext
  readonly #slots: Slots
  readonly #held = new Map<string, ServedLane>()
  readonly #writes: LaneWrites
  readonly #serving = new Map<Promise<void>, string>()
  /** For each reading of subscriptions under way: what was changed since it began. */
  readonly #reading = new Set<Map<string, Subscription | null>>()
  readonly #affinity: number
  readonly #onFree: (subscriptionId: string, due: { dueAt: number; availableAt?: number }) => void
  readonly #onRoom: () => void
  readonly #taking = new Set<Promise<number>>()
  #sequence = 0
  #closed = false
  #crowded = false
  #heartbeat: AbortController | null = null

  /**
   * `onFree` is told when a lane that is not held was woken, or was given back, and when it is next due; `onRoom`, when there
   * is room again after lanes were left for want of it.
   */
  constructor(
    context: FlowContext,
    input: {
      health: LaneContext['health']
      onFree: (subscriptionId: string, due: { dueAt: number; availableAt?: number }) => void
      onRoom: () => void
      onGone: (subscriptionId: string, url: string) => Promise<void>
    },
  ) {
    const { settings } = context
    this.#context = context
    this.#onFree = input.onFree
    this.#onRoom = input.onRoom
    this.#slots = new Slots(settings.concurrency)
    this.#affinity = context.ids.random()
    this.#writes = laneWrites(context)
    this.#laneContext = {
      ...context,
      slots: this.#slots,
      health: input.health satisfies { get(id: string): Health | undefined },
      settle: (result, clearsCrashes) => this.#writes.settles.add({ result, clearsCrashes }),
      reserve: ({ subscriptionId, token }, window) =>
        this.#writes.reserves.add({ subscriptionId, token, window }),
      report: (operation, error) => this.#report(operation, error),
      deactivate: input.onGone,
    }
  }

  get inFlight(): number {
    return this.#slots.used
  }

  get closed(): boolean {
    return this.#closed
  }

  get full(): boolean {
    return this.#held.size >= MAX_HELD
  }

  holds(subscriptionId: string): boolean {
    return this.#held.has(subscriptionId)
  }

  /**
   * Takes due lanes, or those among `among`, and starts to serve them; answers how many. `everywhere` leaves no lane to the
   * process that would be first at it.
   */
  async acquire(from: { among?: readonly string[]; everywhere?: boolean } = {}): Promise<number> {
    if (this.#closed) return 0
    const taking = this.#acquire(from)
    this.#taking.add(taking)
    return taking.finally(() => this.#taking.delete(taking))
  }

  async #acquire({
    among,
    everywhere = false,
  }: {
    among?: readonly string[]
    everywhere?: boolean
  }): Promise<number> {
    const { storage, clock, ids, settings } = this.#context
    const limit = Math.min(ACQUIRE_AT_A_TIME, MAX_HELD - this.#held.size)
    if (limit < ACQUIRE_AT_A_TIME) this.#crowded = true
    if (limit <= 0) return 0
    const now = clock.now()
    const leaseEnds = clock.monotonic() + settings.leaseMs
    const lanes = await storage.lanes.acquire({
      token: ids.token(),
      now,
      leaseUntil: now + settings.leaseMs,
      limit,
      subscriptionIds: among,
      affinity: everywhere ? undefined : this.#affinity,
    })
    if (lanes.length === 0) return 0
    const subscriptions = await this.#subscriptions(lanes.map((lane) => lane.subscriptionId))
    for (const lane of lanes) this.#launch(lane, subscriptions.get(lane.subscriptionId) ?? null, leaseEnds)
    return lanes.length
  }

  /** As they are stored; what this process changed while they were being read is newer. */
  async #subscriptions(ids: readonly string[]): Promise<Map<string, Subscription | null>> {
    const changed = new Map<string, Subscription | null>()
    this.#reading.add(changed)
    try {
      const found = await this.#context.storage.subscriptions.get(ids)
      return new Map([...found.map((subscription) => [subscription.id, subscription] as const), ...changed])
    } finally {
      this.#reading.delete(changed)
    }
  }

  waking(subscriptionIds: ReadonlySet<string>, { urgent = false, certain = true } = {}): () => void {
    const startedAt = ++this.#sequence
    return () => {
      for (const subscriptionId of subscriptionIds) {
        const served = this.#held.get(subscriptionId)
        // Acquired before the wake was under way: this wake, and no other, came since.
        if (served) served.wake({ certain: certain && served.acquiredAt < startedAt, urgent })
        else this.#onFree(subscriptionId, { dueAt: 0 })
      }
    }
  }

  /** A subscription was changed in this process, or removed. */
  update(id: string, subscription: Subscription | null): void {
    for (const changed of this.#reading) changed.set(id, subscription)
    this.#held.get(id)?.update(subscription)
  }

  /** A delivery was cancelled in this process. */
  forget({ id, subscriptionId }: Pick<Delivery, 'id' | 'subscriptionId'>): void {
    this.#held.get(subscriptionId)?.forget(id)
  }

  /** No lane is taken from now on; those held send nothing new. */
  close(): void {
    this.#closed = true
    this.windDown()
  }

  windDown(): void {
    for (const served of this.#held.values()) served.windDown()
  }

  abort(): void {
    for (const served of this.#held.values()) served.abort()
  }

  /** Resolves when no lane is held, nor about to be. */
  async idle(): Promise<void> {
    while (this.#serving.size + this.#taking.size > 0)
      await Promise.allSettled([...this.#serving.keys(), ...this.#taking])
  }

  /** Resolves when this process has done with a lane that it holds now; without an id, with all of those. */
  async idleOf(subscriptionId?: string): Promise<void> {
    const held = [...this.#serving].filter(([, id]) => subscriptionId === undefined || id === subscriptionId)
    await Promise.all(held.map(([serving]) => serving))
  }

  #launch(lane: Lane, subscription: Subscription | null, leaseEnds: number): void {
    const serving = this.#serve(lane, subscription, leaseEnds)
      .catch((error: unknown) => this.#report('lanes.release', error))
      .finally(() => this.#serving.delete(serving))
    this.#serving.set(serving, lane.subscriptionId)
  }

  async #serve(lane: Lane, subscription: Subscription | null, leaseEnds: number): Promise<void> {
    if (!subscription) return this.#retire(lane.subscriptionId)
    const heldMs = quarantineMs(lane.crashCount, lane.quarantinedAt)
    if (heldMs !== null) return this.#quarantine(lane, heldMs)
    const { subscriptionId } = lane
    this.#held.get(subscriptionId)?.lose()
    const acquiredAt = ++this.#sequence
    const served = new ServedLane(this.#laneContext, { lane, subscription, leaseEnds, acquiredAt })
    this.#held.set(subscriptionId, served)
    if (this.#closed) served.windDown()
    this.#heartbeat ??= this.#startHeartbeat()
    try {
      const release = await served.serve()
      if (!release) return
      await this.#writes.releases.add(release)
      // A wake that came while the release was being written left the lane due, and told nobody but its former owner.
      const dueAt = served.woken ? 0 : release.dueAt
      const { availableAt } = release
      if (dueAt < NEVER) this.#onFree(subscriptionId, { dueAt, availableAt })
    } finally {
      if (this.#held.get(subscriptionId) === served) this.#held.delete(subscriptionId)
      if (this.#held.size === 0) this.#stopHeartbeat()
      this.#makeRoom()
    }
  }

  /** At half of what it holds, not at each lane that ends. */
  #makeRoom(): void {
    if (!this.#crowded || this.#held.size > MAX_HELD / 2) return
    this.#crowded = false
    this.#onRoom()
  }

  /**
   * The subscription is gone: its lane is removed, and whatever a fan-out still left for it cancelled. In this order: what comes
   * in between makes a lane again, and that is found.
   */
  async #retire(subscriptionId: string): Promise<void> {
    const { storage, clock } = this.#context
    const limit = CANCEL_AT_A_TIME
    await storage.lanes.remove(subscriptionId)
    while ((await storage.deliveries.cancelPending({ subscriptionId, now: clock.now(), limit })) === limit);
  }

  async #quarantine(
    { subscriptionId, token, wakeups, window, crashCount }: Lane,
    heldMs: number,
  ): Promise<void> {
    const { clock, observe, logger } = this.#context
    const now = clock.now()
    const until = now + heldMs
    const stored = { ends: window.ends, reserved: window.reserved }
    const release = { subscriptionId, token, wakeups, window: stored, crashCount, quarantinedAt: crashCount }
    await this.#writes.releases.add({ ...release, dueAt: now, availableAt: until })
    observe({ name: 'lane.held', subscriptionId, until, reason: 'quarantine' })
    logger.error(
      { subscriptionId, crashCount },
      'A lane is set aside: its owners died on it without progress',
    )
  }

  #startHeartbeat(): AbortController {
    const stopped = new AbortController()
    void this.#beat(stopped.signal)
    return stopped
  }

  #stopHeartbeat(): void {
    this.#heartbeat?.abort()
    this.#heartbeat = null
  }

  /** Moves the leases of all held lanes in one write, and looks whether their subscriptions changed. */
  async #beat(stopped: AbortSignal): Promise<void> {
    const { storage, clock, settings } = this.#context
    for (;;) {
      await clock.sleep(settings.leaseMs / 3, stopped)
      if (stopped.aborted) return
      const lanes = [...this.#held.values()]
      try {
        const leaseEnds = clock.monotonic() + settings.leaseMs
        const leaseUntil = clock.now() + settings.leaseMs
        const tokens = lanes.map(({ lane }) => ({ subscriptionId: lane.subscriptionId, token: lane.token }))
        const kept = new Set(await storage.lanes.extend({ leaseUntil, lanes: tokens }))
        const subscriptions = await this.#subscriptions([...kept])
        for (const served of lanes) {
          const { subscriptionId } = served.lane
          if (this.#held.get(subscriptionId) !== served) continue
          if (!kept.has(subscriptionId)) served.lose()
          else {
            served.renew(leaseEnds)
            served.update(subscriptions.get(subscriptionId) ?? null)
          }
        }
      } catch (error) {
        this.#report('lanes.extend', error)
      }
    }
  }

  #report(operation: string, error: unknown): void {
    // A store that is away was told of when its first call failed.
    if (isWebhooksError(error, 'STORAGE_UNAVAILABLE')) return
    const text = error instanceof Error ? error.message : 'unknown error'
    this.#context.observe({ name: 'storage.unavailable', operation, error: text })
  }
}
