import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  bundleWorker,
  CONCURRENCY,
  WorkerProcess,
  type Report,
  type SharedStorage,
  type WorkerSettings,
} from '@swigs/webhooks-dispatcher/processes'

/** An event that was accepted. */
export interface Accepted {
  readonly id: string
  readonly type: string
  /** The process that accepted it. */
  readonly by: string
  /** Epoch ms, as this process heard of it. */
  readonly at: number
}

/** A process that was killed. */
export interface Kill {
  readonly process: string
  readonly at: number
  /** `at random`, or the boundary. */
  readonly how: string
}

const LOOK_EVERY_MS = 50

export const LEASE_MS = 6_000
export const RATE_LIMIT = { limit: 120, windowMs: 500 }
/** Short, as receivers that hang take all of it. */
const TIMEOUT_MS = 700
const RETRY_DELAYS_MS = [100, 300]

export const epochNow = () => performance.timeOrigin + performance.now()

/** The processes of a round, what they were told and what they said, and what was done to them. */
export class Fleet {
  readonly tried = new Map<number, string>()
  readonly accepted = new Map<number, Accepted>()
  /** Number → code of the refusal. */
  readonly refused = new Map<number, string>()
  readonly kills: Kill[] = []
  /** How often each process was disturbed in what it had in flight. */
  readonly disturbed = new Map<string, number>()
  /** What ended although nobody had killed it. */
  readonly fallen: string[] = []
  readonly #shared: SharedStorage
  readonly #env: Readonly<Record<string, string>>
  readonly #running = new Set<WorkerProcess>()
  #started = 0
  #next = 0

  constructor(shared: SharedStorage, env: Readonly<Record<string, string>> = {}) {
    this.#shared = shared
    this.#env = env
  }

  /** Those that deliver. */
  get ready(): WorkerProcess[] {
    return [...this.#running].filter(({ isReady }) => isReady)
  }

  /** Resolves when whoever was started delivers, or has died. */
  async allReady(): Promise<void> {
    await Promise.all([...this.#running].map(({ ready }) => ready))
  }

  /** Resolves when so many deliver: whoever kills before there are some tries nothing but starting. */
  async readyAtLeast(count: number): Promise<void> {
    while (this.ready.length < count && this.size >= count)
      await Promise.race([sleep(LOOK_EVERY_MS), this.allReady()])
  }

  get size(): number {
    return this.#running.size
  }

  async spawn(over: Partial<WorkerSettings> = {}, env: Readonly<Record<string, string>> = {}) {
    const settings: WorkerSettings = {
      name: String(++this.#started),
      location: this.#shared.location,
      rateLimit: RATE_LIMIT,
      concurrency: CONCURRENCY,
      leaseMs: LEASE_MS,
      timeoutMs: TIMEOUT_MS,
      retryDelaysMs: RETRY_DELAYS_MS,
      ...over,
    }
    const file = await bundleWorker(this.#shared)
    const onReport = (report: Report, worker: WorkerProcess) => this.#heard(report, worker)
    const worker = new WorkerProcess({ file, settings, env: { ...this.#env, ...env }, onReport })
    this.#running.add(worker)
    void worker.ended.then(({ code, signal }) => {
      this.#running.delete(worker)
      if (signal === 'SIGKILL') {
        this.disturb(worker.name)
        const how = settings.fault ? `${settings.fault.moment} ${settings.fault.point}` : 'at random'
        this.kills.push({ process: worker.name, at: epochNow(), how })
      } else if (code !== 0) this.fallen.push(`process ${worker.name} ended by itself with ${code ?? signal}`)
    })
    return worker
  }

  /** Tells a process, in turn, to dispatch the next event. */
  dispatch(type: string): void {
    const { ready } = this
    const worker = ready[this.#next % ready.length]
    if (!worker) return
    const n = this.#next++
    this.tried.set(n, type)
    worker.tell({ dispatch: n, type })
  }

  /** What a process had in flight may be sent once more. */
  disturb(name: string): void {
    this.disturbed.set(name, (this.disturbed.get(name) ?? 0) + 1)
  }

  /** The same of all that run. */
  disturbAll(): void {
    for (const { name } of this.#running) this.disturb(name)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((worker) => worker.stop()))
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#running].map((worker) => worker.kill()))
  }

  #heard(report: Report, { name }: WorkerProcess): void {
    if ('accepted' in report) {
      const { accepted: n, id } = report
      this.accepted.set(n, { id, type: this.tried.get(n) ?? '', by: name, at: epochNow() })
    } else if ('refused' in report) this.refused.set(report.refused, report.code)
    else if ('noted' in report) this.disturb(name)
  }
}
