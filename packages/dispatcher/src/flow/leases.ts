import type { Lane, LaneState, LaneWindow } from '../core/lane.js'
import type { Batch } from '../ports/batch.js'
import type { ExtendInput, LaneRelease } from '../ports/storage/lanes.js'
import type { FlowContext } from './context.js'
import type { FreshSubscriptions } from './fresh-subscriptions.js'
import type { HeldLanes } from './held-lanes.js'
import { reportStorage } from './report-storage.js'

type Extension = ExtendInput['lanes'][number]

/** What was acquired, and on which terms. */
export interface AcquiredLanes {
  readonly lanes: readonly Lane[]
  /** Of those that were asked for by id: the ones that could not be taken. */
  readonly others: readonly LaneState[]
  /** Of the leases, on the monotonic clock. */
  readonly leaseEndsAt: number
}

/** The leases of this process: acquired, moved by one heartbeat, given back. */
export class Leases {
  readonly #context: FlowContext
  readonly #held: HeldLanes
  readonly #fresh: FreshSubscriptions
  readonly #affinity: number
  readonly #reserves: Batch<Extension, number | null>
  readonly #releases: Batch<LaneRelease, boolean>
  #heartbeat: AbortController | null = null

  constructor(context: FlowContext, held: HeldLanes, fresh: FreshSubscriptions) {
    const { storage, clock, batch } = context
    const few = { maxSize: 64, lingerMs: 1, inFlight: 2 }
    this.#context = context
    this.#held = held
    this.#fresh = fresh
    this.#affinity = context.ids.random()
    this.#reserves = batch({
      ...few,
      write: async (lanes) => {
        const { leaseEndsAt, kept } = await this.#extend(lanes)
        return lanes.map(({ subscriptionId }) => (kept.has(subscriptionId) ? leaseEndsAt : null))
      },
    })
    this.#releases = batch<LaneRelease, boolean>({
      ...few,
      write: async (lanes) => {
        const due = new Set(await storage.lanes.release({ now: clock.now(), lanes }))
        return lanes.map(({ subscriptionId }) => due.has(subscriptionId))
      },
    })
  }

  /** Takes due lanes, or those among `among`. `everywhere` leaves none to the process that would be first at it. */
  async acquire(from: {
    limit: number
    among?: readonly string[] | undefined
    everywhere?: boolean | undefined
  }): Promise<AcquiredLanes> {
    const { storage, clock, ids, settings } = this.#context
    const { leaseMs } = settings
    const leaseEndsAt = clock.monotonic() + leaseMs
    const acquired = await storage.lanes.acquire({
      token: ids.token(),
      now: clock.now(),
      leaseMs,
      limit: from.limit,
      subscriptionIds: from.among,
      affinity: from.everywhere ? undefined : this.#affinity,
    })
    return { ...acquired, leaseEndsAt }
  }

  /** Stores a window and moves the lease; answers its new end (monotonic), or `null` when the lane is lost. */
  reserve({ subscriptionId, token }: Lane, window: LaneWindow): Promise<number | null> {
    return this.#reserves.add({ subscriptionId, token, window })
  }

  /** Gives a lane back; answers whether somebody woke it of whom its owner did not hear. */
  release(release: LaneRelease): Promise<boolean> {
    return this.#releases.add(release)
  }

  /** From now on every held lane's lease is moved, for as long as there are any. */
  beat(): void {
    if (this.#heartbeat) return
    this.#heartbeat = new AbortController()
    void this.#beat(this.#heartbeat.signal)
  }

  /** No lane is held any more. */
  rest(): void {
    this.#heartbeat?.abort()
    this.#heartbeat = null
  }

  async #extend(lanes: readonly Extension[]): Promise<{ leaseEndsAt: number; kept: ReadonlySet<string> }> {
    const { storage, clock, settings } = this.#context
    const { leaseMs } = settings
    const leaseEndsAt = clock.monotonic() + leaseMs
    return { leaseEndsAt, kept: new Set(await storage.lanes.extend({ now: clock.now(), leaseMs, lanes })) }
  }

  /** Moves the leases of all held lanes in one write, and looks whether their subscriptions changed. */
  async #beat(stopped: AbortSignal): Promise<void> {
    const { clock, settings, observe } = this.#context
    for (;;) {
      await clock.sleep(settings.leaseMs / 3, stopped)
      if (stopped.aborted) return
      const runners = this.#held.all()
      try {
        const { leaseEndsAt, kept } = await this.#extend(
          runners.map(({ subscriptionId, lane }) => ({ subscriptionId, token: lane.token })),
        )
        const subscriptions = await this.#fresh.read([...kept])
        for (const runner of runners) {
          if (!this.#held.isHeld(runner)) continue
          if (kept.has(runner.subscriptionId)) {
            runner.renew(leaseEndsAt)
            runner.update(subscriptions.get(runner.subscriptionId) ?? null)
          } else runner.lose()
        }
      } catch (error) {
        reportStorage(observe, 'lanes.extend', error)
      }
    }
  }
}
