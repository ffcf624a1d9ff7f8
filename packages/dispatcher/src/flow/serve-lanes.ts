import { NEVER, type Lane, type LaneState } from '../core/lane.js'
import { quarantineMs } from '../core/quarantine.js'
import type { Subscription } from '../core/subscription.js'
import type { DueLanes } from './due-lanes.js'
import type { FreshSubscriptions } from './fresh-subscriptions.js'
import type { HeldLanes } from './held-lanes.js'
import { keepNothing } from './give-up-waiting.js'
import { LaneRunner, type Acquisition } from './lane-runner.js'
import type { Leases } from './leases.js'
import { reportStorage } from './report-storage.js'
import { retireLane } from './retire-lane.js'
import type { RunnerContext } from './runner-context.js'
import { newTally, type Tally } from './tally.js'

const ACQUIRE_AT_A_TIME = 64
/** How long a lane waits for somebody to mend its subscription's row. */
const MALFORMED_REST_MS = 60_000

/** Which lanes to take, and for whom. */
export interface Taking {
  /** Those alone, by id. Default: any that is due. */
  readonly among?: readonly string[] | undefined
  /** Also those that another process would be first at. */
  readonly everywhere?: boolean | undefined
  /** Counts what comes of it. */
  readonly tally?: Tally | undefined
  /** Nothing but tests is sent. */
  readonly testsOnly?: boolean | undefined
}

/** Takes lanes and runs them: acquire → run → release. */
export class LaneServer {
  readonly #context: RunnerContext
  readonly #leases: Leases
  readonly #held: HeldLanes
  readonly #due: DueLanes
  readonly #fresh: FreshSubscriptions
  readonly #serving = new Map<Promise<void>, string>()
  readonly #taking = new Set<Promise<unknown>>()

  constructor(
    context: RunnerContext,
    parts: { leases: Leases; held: HeldLanes; due: DueLanes; fresh: FreshSubscriptions },
  ) {
    this.#context = context
    this.#leases = parts.leases
    this.#held = parts.held
    this.#due = parts.due
    this.#fresh = parts.fresh
  }

  /** Takes lanes and starts to run them; answers how many, and of those that were asked for the ones that it could not. */
  async take(taking: Taking = {}): Promise<{ taken: number; others: readonly LaneState[] }> {
    const underWay = this.#take(taking)
    this.#taking.add(underWay)
    return underWay.finally(() => this.#taking.delete(underWay))
  }

  /** Resolves when no lane is held, nor about to be. */
  async idle(): Promise<void> {
    while (this.#serving.size + this.#taking.size > 0)
      await Promise.allSettled([...this.#serving.keys(), ...this.#taking])
  }

  /** Resolves when this process has done with a lane that it holds now; without an id, with all of those. Answers how many. */
  async idleOf(subscriptionId?: string): Promise<number> {
    const held = [...this.#serving].filter(([, id]) => subscriptionId === undefined || id === subscriptionId)
    await Promise.all(held.map(([serving]) => serving))
    return held.length
  }

  async #take({ among, everywhere, tally = newTally(), testsOnly = false }: Taking): Promise<{
    taken: number
    others: readonly LaneState[]
  }> {
    const limit = this.#held.room(ACQUIRE_AT_A_TIME)
    if (limit === 0) return { taken: 0, others: [] }
    const { lanes, others, leaseEndsAt } = await this.#leases.acquire({ limit, among, everywhere })
    if (lanes.length === 0) return { taken: 0, others }
    const subscriptions = await this.#fresh.read(lanes.map(({ subscriptionId }) => subscriptionId))
    for (const lane of lanes) {
      const subscription = subscriptions.get(lane.subscriptionId) ?? null
      this.#launch(lane, subscription, { leaseEndsAt, tally, testsOnly })
    }
    return { taken: lanes.length, others }
  }

  #launch(
    lane: Lane,
    subscription: Subscription | null,
    terms: Pick<Acquisition, 'leaseEndsAt' | 'tally' | 'testsOnly'>,
  ): void {
    const serving = this.#serve(lane, subscription, terms)
      .catch((error: unknown) => reportStorage(this.#context.observe, 'lanes.release', error))
      .finally(() => this.#serving.delete(serving))
    this.#serving.set(serving, lane.subscriptionId)
  }

  async #serve(
    lane: Lane,
    subscription: Subscription | null,
    terms: Pick<Acquisition, 'leaseEndsAt' | 'tally' | 'testsOnly'>,
  ): Promise<void> {
    const { malformed } = this.#context
    // Not gone: what is pending for it waits for whoever mends the row.
    if (!subscription && malformed.has('subscription', lane.subscriptionId))
      return this.#setAside(lane, 'malformed', MALFORMED_REST_MS)
    if (!subscription) return retireLane(this.#context, lane.subscriptionId)
    const forMs = quarantineMs(lane.crashCount, lane.quarantinedAt)
    if (forMs !== null) return this.#setAside(lane, 'quarantine', forMs)
    const acquiredAt = this.#held.next()
    const runner = new LaneRunner(this.#context, { lane, subscription, acquiredAt, ...terms })
    this.#held.add(runner)
    this.#leases.beat()
    try {
      const release = await runner.run()
      if (!release) return
      // While it is still held: should this fail, whoever has the lane next does it.
      if (runner.isOff) await keepNothing(this.#context, lane.subscriptionId)
      const wasWoken = await this.#leases.release(release)
      // A wake that came while the release was being written left the lane due, and told nobody but its former owner.
      const dueAt = runner.woken || wasWoken ? 0 : release.dueAt
      const freeAt = release.hold ? this.#context.clock.now() + release.hold.forMs : 0
      if (dueAt < NEVER) this.#due.due(lane.subscriptionId, { dueAt, freeAt })
    } finally {
      this.#held.drop(runner)
      if (this.#held.empty) this.#rest()
    }
  }

  /** No lane is held: nothing is renewed, and no request is waited for. */
  #rest(): void {
    this.#leases.rest()
    this.#context.deadlines.rest()
  }

  async #setAside(lane: Lane, reason: 'quarantine' | 'malformed', forMs: number): Promise<void> {
    const { clock, observe, logger } = this.#context
    const { subscriptionId, token, wakeups, lifts, crashCount, window } = lane
    const now = clock.now()
    const hold = { reason, cause: '', forMs }
    const crashes = reason === 'quarantine' ? crashCount : 0
    const record = { crashCount: crashes, quarantinedAt: crashes }
    await this.#leases.release({ subscriptionId, token, wakeups, lifts, window, dueAt: now, hold, ...record })
    observe({ name: 'lane.held', subscriptionId, until: now + forMs, reason })
    logger.error({ subscriptionId, crashCount }, SET_ASIDE[reason])
  }
}

const SET_ASIDE = {
  quarantine: 'A lane is quarantined: its owners died on it without progress',
  malformed: 'A lane is set aside: its subscription cannot be read',
} as const
