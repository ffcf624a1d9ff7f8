import type { FlowContext } from '../context.js'
import { reportStorage } from '../report-storage.js'
import type { Replays } from './replays.js'

/** How often a process looks whether another has left one unfinished, ms; no more often than it polls. */
const LOOK_EVERY_MS = 5_000

/** Works replays off beside the lanes of a process that delivers, until stopped. */
export class ReplayLoop {
  readonly #context: Pick<FlowContext, 'clock' | 'observe' | 'settings'>
  readonly #replays: Replays
  #running: Promise<void> | null = null
  #rest: AbortController | null = null
  #soon = false
  #stopping = false

  constructor(context: Pick<FlowContext, 'clock' | 'observe' | 'settings'>, replays: Replays) {
    this.#context = context
    this.#replays = replays
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** There is one that nobody works on. */
  soon(): void {
    this.#soon = true
    this.#rest?.abort()
  }

  /** Resolves when the slice under way has ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.soon()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, observe, settings } = this.#context
    const everyMs = Math.max(LOOK_EVERY_MS, settings.pollIntervalMs)
    while (!this.#stopping) {
      this.#soon = false
      try {
        await this.#replays.work(() => this.#stopping)
      } catch (error) {
        reportStorage(observe, 'replays.work', error)
      }
      if (this.#soon) continue
      this.#rest = new AbortController()
      await clock.sleep(everyMs, this.#rest.signal)
    }
  }
}
