import { StoppedError } from '@swigs/webhooks-protocol'
import { CallsUnderWay } from './calls-under-way.js'
import type { Engine } from './flow/engine.js'
import type { Clock } from './ports/clock.js'
import type { OpenInput, Storage } from './ports/storage/storage.js'
import type { Transport } from './ports/transport.js'

/** `new → open → running → stopping → stopped`; what is not running may be stopped too. */
type LifecycleState = 'new' | 'open' | 'running' | 'stopping' | 'stopped'

/** What is opened, started and stopped together. */
export interface LifecycleParts {
  readonly engine: Engine
  readonly storage: Storage
  readonly transport: Transport
  readonly enabled: boolean
  readonly openInput: OpenInput
  /** Sets the clock to the storage's; answers how to let go of it. */
  synchronise(): Promise<() => void>
  readonly clock: Clock
  /** Nothing waits for the storage to come back any more. */
  ended(): void
  /** Nothing waits for a call to it any more. */
  hurry(): void
}

/** Beyond the grace: what the last calls to the storage may take, ms; and then as much again for closing it. */
const LAST_CALLS_MS = 3_000

/** In which state a dispatcher is, and what has to end before the next one. */
export class Lifecycle {
  readonly #parts: LifecycleParts
  readonly #accepting = new CallsUnderWay()
  readonly #asking = new CallsUnderWay()
  #state: LifecycleState = 'new'
  #opening: Promise<() => void> | null = null
  #starting: Promise<void> | null = null
  #stopping: Promise<void> | null = null
  #unwatch: (() => Promise<void>) | undefined

  constructor(parts: LifecycleParts) {
    this.#parts = parts
  }

  /** A call that is done as if `stop` had not been called yet: nothing is stopped before it has ended. @throws StoppedError */
  async accepting<T>(call: () => Promise<T>): Promise<T> {
    return this.#accepting.begin(() => this.#opened(call))
  }

  /** A call that may find deliveries stopped, and the store still there: that is not closed before it has ended. @throws StoppedError */
  async asking<T>(call: () => Promise<T>): Promise<T> {
    return this.#asking.begin(() => this.#opened(call))
  }

  /** Makes the store ready; one that was away is tried again at the next call. @throws StoppedError */
  async open(): Promise<void> {
    this.#refuseWhenStopped()
    this.#opening ??= this.#open()
    await this.#opening.catch((error: unknown) => {
      this.#opening = null
      throw error
    })
  }

  async start(): Promise<void> {
    await this.open()
    this.#refuseWhenStopped()
    if (!this.#parts.enabled) return
    this.#starting ??= this.#run()
    await this.#starting.catch((error: unknown) => {
      this.#starting = null
      throw error
    })
  }

  async stop(graceMs: number): Promise<void> {
    return (this.#stopping ??= this.#shutDown(graceMs))
  }

  async #opened<T>(call: () => Promise<T>): Promise<T> {
    await this.open()
    return call()
  }

  get #isStopped(): boolean {
    return this.#state === 'stopping' || this.#state === 'stopped'
  }

  #refuseWhenStopped(): void {
    if (this.#isStopped)
      throw new StoppedError('This dispatcher was stopped. Make another one with createDispatcher.')
  }

  async #open(): Promise<() => void> {
    const { storage, openInput, synchronise } = this.#parts
    await storage.open(openInput)
    const release = await synchronise()
    if (this.#state === 'new') this.#state = 'open'
    return release
  }

  async #run(): Promise<void> {
    const { storage, engine } = this.#parts
    this.#unwatch = await storage.watch?.(() => engine.poll())
    if (this.#isStopped) return
    this.#state = 'running'
    engine.start()
  }

  /** Ends at `graceMs` and a little, whatever hangs: what was not recorded by then is sent again by whoever comes next. */
  async #shutDown(graceMs: number): Promise<void> {
    const { clock, hurry } = this.#parts
    const ended = new AbortController()
    const bound = clock.sleep(graceMs + LAST_CALLS_MS, ended.signal).then(() => {
      if (!ended.signal.aborted) hurry()
    })
    this.#state = 'stopping'
    try {
      await Promise.race([this.#end(graceMs), bound.then(() => clock.sleep(LAST_CALLS_MS, ended.signal))])
    } finally {
      ended.abort()
      this.#state = 'stopped'
    }
  }

  async #end(graceMs: number): Promise<void> {
    const { engine, storage, transport, ended } = this.#parts
    // What was called before goes on: it finds everything as it was.
    await this.#accepting.idle()
    await this.#starting?.catch(() => undefined)
    await engine.stop(graceMs)
    await this.#asking.idle()
    await engine.idle()
    ended()
    const release = await this.#opening?.catch(() => undefined)
    release?.()
    const closed = await Promise.allSettled([this.#unwatch?.(), transport.close()])
    await storage.close()
    for (const end of closed) if (end.status === 'rejected') throw end.reason
  }
}
