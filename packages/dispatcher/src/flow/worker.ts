import { errorText, isWebhooksError } from '@swigs/webhooks-protocol'
import type { ClockSteps } from './clock-steps.js'
import type { FlowContext } from './context.js'
import type { DueLanes } from './due-lanes.js'
import type { FanOut } from './fan-out.js'
import type { HealthSurvey } from './health-survey.js'
import type { HeldLanes } from './held-lanes.js'
import { Maintenance } from './maintenance.js'
import type { LaneServer } from './serve-lanes.js'

const BY_ID_AT_A_TIME = 64

/** What the worker drives. */
export interface WorkerParts {
  readonly fanOut: FanOut
  readonly due: DueLanes
  readonly held: HeldLanes
  readonly server: LaneServer
  readonly steps: ClockSteps
}

/** The run loop of a process that delivers: sweep → take lanes → maintenance, until stopped. */
export class Worker {
  readonly #context: FlowContext
  readonly #parts: WorkerParts
  readonly #maintenance: Maintenance
  /** Monotonic: a clock that is set back must not put it off. */
  #nextPollAt = -Infinity
  #running: Promise<void> | null = null
  #stopping = false
  #failing = false

  constructor(context: FlowContext, parts: WorkerParts, survey: Pick<HealthSurvey, 'run'>) {
    this.#context = context
    this.#parts = parts
    this.#maintenance = new Maintenance(context, survey)
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** No new lanes are taken; resolves when the loop has ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#parts.due.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    const { fanOut } = this.#parts
    await this.#guarded(() => fanOut.sweep({ orphansOnly: false }))
    while (!this.#stopping) {
      await this.#guarded(() => this.#turn())
      if (!this.#stopping) await this.#parts.due.rest(this.#untilPoll())
    }
  }

  async #turn(): Promise<void> {
    const { clock, settings } = this.#context
    const { due, fanOut, steps } = this.#parts
    steps.look()
    const polls = due.takePoll() || clock.monotonic() >= this.#nextPollAt
    await this.#takeDue()
    if (!polls) return
    this.#nextPollAt = clock.monotonic() + settings.pollIntervalMs
    // An event that cannot be fanned out keeps no lane from being served, nor anything from being looked after.
    const [swept] = await Promise.allSettled([fanOut.sweep({ orphansOnly: true })])
    await this.#takeAny()
    if (swept.status === 'fulfilled' && swept.value > 0) due.poll()
    await this.#maintenance.run(() => this.#stopping)
    if (swept.status === 'rejected') throw swept.reason
    this.#recovered()
  }

  async #takeDue(): Promise<void> {
    const { due, server } = this.#parts
    const ids = due.take()
    for (let at = 0; at < ids.length && !this.#stopping; at += BY_ID_AT_A_TIME)
      await server.take({ among: ids.slice(at, at + BY_ID_AT_A_TIME) })
  }

  async #takeAny(): Promise<void> {
    const { held, server } = this.#parts
    for (let taken = 1; taken > 0 && !held.full && !this.#stopping;) ({ taken } = await server.take())
  }

  #untilPoll(): number {
    const { clock, settings } = this.#context
    return Math.min(this.#nextPollAt - clock.monotonic(), settings.pollIntervalMs)
  }

  /** A whole poll has passed: anything less may not have asked the storage for what failed. */
  #recovered(): void {
    if (this.#failing) this.#context.observe({ name: 'storage.recovered', operation: 'worker' })
    this.#failing = false
  }

  async #guarded(step: () => Promise<unknown>): Promise<void> {
    const { clock, settings, observe } = this.#context
    try {
      await step()
    } catch (error) {
      this.#nextPollAt = clock.monotonic() + settings.pollIntervalMs
      // A store that is away was told of when its first call failed, and is told of again when it is back.
      if (isWebhooksError(error, 'STORAGE_UNAVAILABLE')) return
      const told = { operation: 'worker', error: errorText(error) }
      if (!this.#failing) observe({ name: 'storage.unavailable', ...told })
      this.#failing = true
    }
  }
}
