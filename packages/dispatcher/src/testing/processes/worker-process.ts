import { fork, type ChildProcess } from 'node:child_process'
import type { Order, Report, WorkerSettings } from './worker.js'

/** How a process is run. */
export interface WorkerProcessOptions {
  /** The bundled worker. */
  readonly file: string
  readonly settings: WorkerSettings
  /** What its environment has beside this one's. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly onReport: (report: Report, worker: WorkerProcess) => void
}

/** One process of the harness, as its parent sees it. */
export class WorkerProcess {
  readonly name: string
  /** Resolves when it delivers, or has ended before it did. */
  readonly ready: Promise<void>
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly #child: ChildProcess
  #state: 'starting' | 'ready' | 'ended' = 'starting'

  constructor({ file, settings, env = {}, onReport }: WorkerProcessOptions) {
    this.name = settings.name
    const child = fork(file, [JSON.stringify(settings)], {
      execArgv: [],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.#state = 'ended'
        resolve({ code, signal })
      }),
    )
    const isReady = new Promise<void>((resolve) =>
      child.on('message', (report: Report) => {
        if ('ready' in report) {
          this.#state = 'ready'
          resolve()
        }
        onReport(report, this)
      }),
    )
    this.ready = Promise.race([isReady, this.ended.then(() => undefined)])
  }

  /** Whether it runs, and has said that it delivers. */
  get isReady(): boolean {
    return this.#state === 'ready'
  }

  get hasEnded(): boolean {
    return this.#state === 'ended'
  }

  /** Tells it something, if it is there to hear it. */
  tell(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => undefined)
  }

  /** `kill -9`, no farewell; resolves when it is dead. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }

  /** `kill -STOP`: it stands still, wherever it is, while time goes on. Answers how to let it go on. */
  freeze(): () => void {
    this.#child.kill('SIGSTOP')
    return () => void this.#child.kill('SIGCONT')
  }

  /** Asks it to stop; resolves when it has. */
  async stop(): Promise<void> {
    this.tell({ stop: true })
    await this.ended
  }
}
