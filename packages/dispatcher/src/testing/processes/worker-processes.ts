import { bundleWorker } from './bundle-worker.js'
import type { SharedStorage } from './shared-storage.js'
import { WorkerProcess } from './worker-process.js'
import type { Report, WorkerSettings } from './worker.js'

/** Worker processes on one storage, and what they said they tried and had accepted. */
export class WorkerProcesses {
  readonly tried = new Set<number>()
  /** Number → event id. */
  readonly accepted = new Map<number, string>()
  readonly #shared: SharedStorage
  readonly #settings: Omit<WorkerSettings, 'name'>
  readonly #running: WorkerProcess[] = []
  #started = 0
  #next = 0

  constructor(shared: SharedStorage, settings: Omit<WorkerSettings, 'name'>) {
    this.#shared = shared
    this.#settings = settings
  }

  /** How many there are now. */
  get size(): number {
    return this.#running.length
  }

  /** How many events it was told to dispatch so far. */
  get begun(): number {
    return this.#next
  }

  /** Starts one more process; resolves when it delivers. */
  async spawn(): Promise<void> {
    const worker = await this.#start({})
    await worker.ready
    if (!worker.isReady) throw new Error('a worker ended before it was ready')
    this.#running.push(worker)
  }

  /** Starts one that dies by itself, and is told to dispatch like the others until it does; resolves when it is dead. */
  async spawnDoomed(fault: NonNullable<WorkerSettings['fault']>): Promise<void> {
    const worker = await this.#start({ fault })
    this.#running.push(worker)
    const { signal } = await worker.ended
    this.#running.splice(this.#running.indexOf(worker), 1)
    if (signal !== 'SIGKILL') throw new Error(`a worker that was to die at ${fault.point} ended by itself`)
  }

  /** Tells a process, in turn, to dispatch the next event. */
  dispatch(): void {
    const n = this.#next++
    this.#running[n % this.#running.length]?.tell({ dispatch: n })
  }

  /** `kill -9` of one. Answers whether there was one to kill. */
  async kill(which: number): Promise<boolean> {
    const [worker] = this.#running.splice(which % this.#running.length, 1)
    await worker?.kill()
    return worker !== undefined
  }

  /** `kill -STOP` of one; answers how to let it go on. */
  freeze(which: number): () => void {
    return this.#running[which % this.#running.length]?.freeze() ?? (() => undefined)
  }

  /** Asks them to stop; resolves when all have. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((worker) => worker.stop()))
  }

  async #start(over: Partial<WorkerSettings>): Promise<WorkerProcess> {
    const settings = { ...this.#settings, ...over, name: String(++this.#started) }
    const file = await bundleWorker(this.#shared)
    return new WorkerProcess({ file, settings, onReport: (report) => this.#heard(report) })
  }

  #heard(report: Report): void {
    if ('trying' in report) this.tried.add(report.trying)
    else if ('accepted' in report) this.accepted.set(report.accepted, report.id)
  }
}
