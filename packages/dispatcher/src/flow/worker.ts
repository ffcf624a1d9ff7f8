import { isWebhooksError } from '@swigs/webhooks-protocol'
import type { FlowContext } from './context.js'
import type { FanOut } from './fan-out.js'
import type { LanePool } from './lane-pool.js'

const UPKEEP_EVERY_MS = 60_000
const PRUNE_AT_A_TIME = 500
const BY_ID_AT_A_TIME = 64

/** The run loop of a process that delivers: sweep → acquire → serve, until stopped. */
export class Worker {
  readonly #context: FlowContext
  readonly #fanOut: FanOut
  readonly #pool: LanePool
  /** Lanes known to be due at an instant soon: this process tries them by id, without a scan. */
  readonly #soon = new Map<string, { at: number; availableAt: number }>()
  #pause: AbortController | null = null
  /** Monotonic, as the next one is: a clock that is set back must not put them off. */
  #nextPollAt = -Infinity
  #nextUpkeepAt = -Infinity
  #pollNow = false
  #running: Promise<void> | null = null
  #stopping = false
  #failing = false

  constructor(context: FlowContext, fanOut: FanOut, pool: LanePool) {
    this.#context = context
    this.#fanOut = fanOut
    this.#pool = pool
  }

  get running(): boolean {
    return this.#running !== null
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** No new lanes; requests in flight get `graceMs`, the rest are aborted and their deliveries given back. */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#context
    this.#stopping = true
    this.#wake()
    await this.#running
    this.#pool.close()
    const ended = new AbortController()
    const idle = this.#pool.idle().finally(() => ended.abort())
    await clock.sleep(graceMs, ended.signal)
    if (!ended.signal.aborted) this.#pool.abort()
    await idle
  }

  /** A lane is, or will be, due; without `availableAt` a hold that is known goes on. */
  laneDue(subscriptionId: string, { dueAt, availableAt }: { dueAt: number; availableAt?: number }): void {
    const { clock, settings } = this.#context
    const until = availableAt ?? this.#soon.get(subscriptionId)?.availableAt ?? 0
    const at = Math.max(dueAt, until)
    if (!this.#running || at - clock.now() > settings.pollIntervalMs) return
    this.#soon.set(subscriptionId, { at, availableAt: until })
    this.#wake()
  }

  /** Another process may have left work. */
  poll(): void {
    this.#pollNow = true
    this.#wake()
  }

  /** Delivers what is due until nothing is, or until `deadline` (monotonic ms). */
  async drain(deadline: number): Promise<void> {
    const { clock } = this.#context
    const ended = new AbortController()
    const bounded = clock.sleep(deadline - clock.monotonic(), ended.signal).then(() => this.#pool.windDown())
    try {
      while (clock.monotonic() < deadline && !this.#stopping) {
        await this.#fanOut.idle()
        const swept = await this.#fanOut.sweep({ orphansOnly: false })
        const acquired = await this.#acquire({ everywhere: true })
        await this.#pool.idleOf()
        if (swept + acquired === 0) break
      }
    } finally {
      ended.abort()
    }
    await bounded
    // What was taken as the time ran out.
    this.#pool.windDown()
    await this.#pool.idleOf()
  }

  async #run(): Promise<void> {
    await this.#guarded(() => this.#fanOut.sweep({ orphansOnly: false }))
    while (!this.#stopping) {
      await this.#guarded(() => this.#tick())
      await this.#rest()
    }
  }

  async #tick(): Promise<void> {
    const { clock, settings } = this.#context
    const polls = this.#pollNow || clock.monotonic() >= this.#nextPollAt
    if (!polls) {
      await this.#acquireSoon()
      return
    }
    this.#pollNow = false
    this.#nextPollAt = clock.monotonic() + settings.pollIntervalMs
    // An event that cannot be fanned out keeps no lane from being served.
    const [swept] = await Promise.allSettled([this.#fanOut.sweep({ orphansOnly: true })])
    await this.#acquire()
    if (swept.status === 'rejected') throw swept.reason
    if (swept.value > 0) this.#pollNow = true
    if (clock.monotonic() >= this.#nextUpkeepAt) await this.#maintenance()
    this.#recovered()
  }

  async #acquire({ everywhere }: { everywhere: boolean } = { everywhere: false }): Promise<number> {
    let total = await this.#acquireSoon()
    for (let taken = 1; taken > 0 && !this.#pool.full && !this.#stopping; total += taken)
      taken = await this.#pool.acquire({ everywhere })
    return total
  }

  async #acquireSoon(): Promise<number> {
    const now = this.#context.clock.now()
    const due = [...this.#soon].filter(([, { at }]) => at <= now).map(([subscriptionId]) => subscriptionId)
    for (const subscriptionId of due) this.#soon.delete(subscriptionId)
    let total = 0
    for (let at = 0; at < due.length && !this.#stopping; at += BY_ID_AT_A_TIME)
      total += await this.#pool.acquire({ among: due.slice(at, at + BY_ID_AT_A_TIME) })
    return total
  }

  /** Repairs what should not happen, and lets go of what is older than the retention. */
  async #maintenance(): Promise<void> {
    const { storage, clock, settings } = this.#context
    this.#nextUpkeepAt = clock.monotonic() + UPKEEP_EVERY_MS
    await storage.maintenance.repair({ now: clock.now() })
    const before = clock.now() - settings.retentionMs
    while (
      (await storage.maintenance.prune({ before, limit: PRUNE_AT_A_TIME })) === PRUNE_AT_A_TIME &&
      !this.#stopping
    );
  }

  async #rest(): Promise<void> {
    const { clock, settings } = this.#context
    const now = clock.now()
    let restMs = Math.min(this.#nextPollAt - clock.monotonic(), settings.pollIntervalMs)
    for (const { at } of this.#soon.values()) restMs = Math.min(restMs, at - now)
    if (this.#stopping || this.#pollNow || restMs <= 0) return
    const pause = new AbortController()
    this.#pause = pause
    await clock.sleep(restMs, pause.signal)
    this.#pause = null
  }

  #wake(): void {
    this.#pause?.abort()
  }

  /** A whole poll has passed: anything less may not have asked the storage for what failed. */
  #recovered(): void {
    if (this.#failing) this.#context.observe({ name: 'storage.recovered', operation: 'worker' })
    this.#failing = false
  }

  async #guarded(step: () => Promise<unknown>): Promise<void> {
    const { observe } = this.#context
    try {
      await step()
    } catch (error) {
      this.#nextPollAt = this.#context.clock.monotonic() + this.#context.settings.pollIntervalMs
      // A store that is away was told of when its first call failed, and is told of again when it is back.
      if (isWebhooksError(error, 'STORAGE_UNAVAILABLE')) return
      const text = error instanceof Error ? error.message : 'unknown error'
      if (!this.#failing) observe({ name: 'storage.unavailable', operation: 'worker', error: text })
      this.#failing = true
    }
  }
}
