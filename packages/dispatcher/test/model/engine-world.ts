import { isWebhooksError } from '@swigs/webhooks-protocol'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import { createDispatcher, type Dispatcher } from '../../src/index.js'
import type { Clock } from '../../src/ports/clock.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import type { Transport } from '../../src/ports/transport.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import type { EngineLog } from './engine-log.js'
import { MortalProcess, type Fuse } from './mortal-process.js'

export const LEASE_MS = 15_000
/** Until then a process may not know what another has changed, ms. */
export const UNKNOWN_MS = LEASE_MS / 3
/** How often each process looks for work, and at its clock. */
export const POLL_MS = 5_000
export const RATE = { limit: 3, windowMs: 2_000 }
const PROCESSES = 2
const SUBSCRIPTIONS = 3
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Two processes on one storage, and receivers that answer as they are told. */
export class EngineWorld {
  readonly base = fakeClock()
  readonly storage = memoryStorage()
  readonly log: EngineLog
  /** What receivers answer, and how long they take. */
  answer: { status: number; latencyMs: number; retryAfter: string | null } = {
    status: 200,
    latencyMs: 0,
    retryAfter: null,
  }
  /** Never dies. */
  readonly office: Dispatcher
  readonly #processes: MortalProcess[] = []
  readonly #all: MortalProcess[] = []
  #setByMs = 0

  private constructor(log: EngineLog) {
    this.log = log
    this.office = createDispatcher({ ...this.#options(), storage: this.storage, clock: this.#clock })
  }

  static async make(log: EngineLog): Promise<EngineWorld> {
    const world = new EngineWorld(log)
    for (let index = 0; index < SUBSCRIPTIONS; index += 1) {
      const url = `https://app-${index}.example.com/`
      const made = await world.office.subscriptions.create({ appName: 'app', url, events: ['*'] })
      const since = { order: 0, at: world.at, by: null }
      log.subscriptions.push({
        id: made.id,
        state: [{ ...since, value: 'active' }],
        url: [{ ...since, value: url }],
        limit: [{ ...since, value: RATE }],
        secrets: [{ value: made.appSecret, replacedAt: Infinity, expiresAt: Infinity }],
        isRemoved: false,
      })
    }
    await world.revive()
    return world
  }

  /** Ms, on a clock that nobody sets. */
  get at(): number {
    return this.base.monotonic()
  }

  get wall(): number {
    return this.base.now() + this.#setByMs
  }

  /** Sets the clock that all processes have. */
  setClock(byMs: number): void {
    const { setForward, setBack } = this.log
    this.#setByMs += byMs
    if (byMs > 0) setForward.push(this.at)
    else setBack.push(this.at)
  }

  process(whom: number): MortalProcess {
    return this.#processes[whom % PROCESSES] as MortalProcess
  }

  /** Puts a process in the place of each that died, and lets all do what they have to do now. */
  async revive(): Promise<void> {
    let revived = 0
    for (let index = 0; index < PROCESSES; index += 1) {
      if (this.#processes[index]?.isDead === false) continue
      const process = this.#make()
      revived += 1
      this.#processes[index] = process
      this.log.begun.push(this.at)
      await Promise.race([process.webhooks.start(), process.died])
    }
    if (revived > 0) await this.base.advance(0)
  }

  /** Kills a process; one with a fuse dies by itself. */
  crash(whom: number, fuse?: Fuse): void {
    const process = this.process(whom)
    if (fuse) process.fuse = fuse
    else process.kill()
  }

  /** A process stands still for longer than its lease, and then goes on. */
  async expire(whom: number): Promise<void> {
    const process = this.process(whom)
    process.freeze()
    this.#interrupt(process)
    await this.base.advance(LEASE_MS + 1_000)
    process.thaw()
    await this.base.advance(0)
  }

  /** What a process answers; `died` when it did before it could, `refused` when there was nothing to be done. */
  async call<T>(whom: number, ask: (webhooks: Dispatcher) => Promise<T>): Promise<T | 'died' | 'refused'> {
    const process = this.process(whom)
    const refused = (error: unknown) => {
      if (isWebhooksError(error, 'CONFLICT') || isWebhooksError(error, 'NOT_FOUND')) return 'refused' as const
      throw error
    }
    return Promise.race([ask(process.webhooks).catch(refused), process.died.then(() => 'died' as const)])
  }

  /** No process does anything any more. */
  end(): void {
    for (const process of this.#all) process.forget()
  }

  readonly #clock: Clock = {
    ...this.base,
    authoritative: true,
    now: () => this.base.now() + this.#setByMs,
  }

  #make(): MortalProcess {
    const process: MortalProcess = new MortalProcess({
      ...this.#options(),
      storage: this.#recording(() => process),
      clock: this.#clock,
      transport: this.#transport(() => process),
    })
    this.#all.push(process)
    void process.died.then(() => this.#interrupt(process))
    return process
  }

  #interrupt(process: MortalProcess): void {
    for (const arrival of this.log.arrivals)
      if (arrival.process === process && arrival.outcome === null) arrival.isInterrupted = true
  }

  #options() {
    return {
      leaseMs: LEASE_MS,
      pollIntervalMs: POLL_MS,
      rateLimit: RATE,
      concurrency: 6,
      laneConcurrency: 2,
      retry: { delaysMs: [50, 400, 3_000], jitter: 0 },
      network: { resolve: async () => [{ address: '93.184.215.14', family: 4 as const }] },
      logger: silent,
    }
  }

  /** Notes what is stored of outcomes. */
  #recording(whose: () => object): Storage {
    const { storage, log } = this
    const complete: Storage['lanes']['complete'] = async (input) => {
      const left = await storage.lanes.complete(input)
      const process = whose()
      for (const { deliveryId, subscriptionId, status } of input.results) {
        if (left.includes(deliveryId)) continue
        const sent = log.arrivals.findLast(
          (one) => one.deliveryId === deliveryId && one.process === process && one.outcome === null,
        )
        if (sent) Object.assign(sent, { outcome: status, endedAt: this.at })
        if (status !== 'pending') log.outcome(subscriptionId)[status] += 1
      }
      return left
    }
    return { ...storage, lanes: { ...storage.lanes, complete } }
  }

  #transport(whose: () => object): Transport {
    return {
      send: async ({ url, headers, body, mayStart, signal }) => {
        if (mayStart && !mayStart()) return { kind: 'aborted' }
        const { status, latencyMs, retryAfter } = this.answer
        const deliveryId = headers['X-Webhook-Delivery'] ?? ''
        const sent = { url, headers, body, status, deliveryId, process: whose() }
        const when = { order: this.log.next(), at: this.at, wall: this.wall }
        this.log.arrivals.push({ ...sent, ...when, outcome: null, endedAt: null, isInterrupted: false })
        if (latencyMs > 0) await this.base.sleep(latencyMs, signal)
        if (signal?.aborted) return { kind: 'aborted' }
        return { kind: 'response', statusCode: status, retryAfter, body: '', truncated: false }
      },
      close: async () => undefined,
    }
  }
}
