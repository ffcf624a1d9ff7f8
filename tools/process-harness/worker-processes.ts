import { fork, type ChildProcess } from 'node:child_process'
import { bundleWorker } from './bundle-worker.js'
import type { SharedStorage } from './shared-storage.js'
import type { Order, Report, WorkerSettings } from './worker.js'

/** Worker processes on one storage, and what they said they tried and had accepted. */
export class WorkerProcesses {
  readonly tried = new Set<number>()
  /** Number → event id. */
  readonly accepted = new Map<number, string>()
  readonly #shared: SharedStorage
  readonly #settings: WorkerSettings
  readonly #children: ChildProcess[] = []
  #next = 0

  constructor(shared: SharedStorage, settings: WorkerSettings) {
    this.#shared = shared
    this.#settings = settings
  }

  /** How many there are now. */
  get size(): number {
    return this.#children.length
  }

  /** Starts one more process; resolves when it delivers. */
  async spawn(): Promise<void> {
    const child = fork(await bundleWorker(this.#shared), [JSON.stringify(this.#settings)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`a worker ended with ${code} before it was ready`)))
      child.on('message', (report: Report) => {
        if ('ready' in report) resolve()
        else if ('trying' in report) this.tried.add(report.trying)
        else this.accepted.set(report.accepted, report.id)
      })
    })
    this.#children.push(child)
  }

  /** Tells a process, in turn, to dispatch the next event. */
  dispatch(): void {
    const child = this.#children[this.#next % this.#children.length]
    const order: Order = { dispatch: this.#next++ }
    if (child?.connected) child.send(order, () => undefined)
  }

  /** `kill -9`, no farewell. Answers whether there was one to kill. */
  async kill(which: number): Promise<boolean> {
    const [child] = this.#children.splice(which % this.#children.length, 1)
    if (!child) return false
    const dead = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await dead
    return true
  }

  /** `kill -STOP`: it stands still, wherever it is, while time goes on. Answers how to let it go on. */
  freeze(which: number): () => void {
    const child = this.#children[which % this.#children.length]
    child?.kill('SIGSTOP')
    return () => void child?.kill('SIGCONT')
  }

  /** Asks them to stop; resolves when all have. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#children.splice(0).map((child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.send({ stop: true } satisfies Order)
        return ended
      }),
    )
  }
}
