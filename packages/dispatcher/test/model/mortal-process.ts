import type { Clock } from '../../src/ports/clock.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { createDispatcher, type Dispatcher, type DispatcherOptions } from '../../src/index.js'

/** A new one each time: one for all would keep whoever waits for it. */
const never = () => new Promise<never>(() => undefined)

/** When a process is to die: at its nth call to the storage from now on, before that is made or when it is done. */
export interface Fuse {
  calls: number
  readonly before: boolean
}

/** A dispatcher that can be killed, at any call to its storage too, and that can stand still. Dead, it does nothing more. */
export class MortalProcess {
  readonly webhooks: Dispatcher
  readonly died: Promise<void>
  fuse: Fuse | null = null
  #isDead = false
  #thawed: Promise<void> | null = null
  #thaw = (): void => undefined
  #tellDied = (): void => undefined
  readonly #over = new AbortController()

  constructor(options: Omit<DispatcherOptions, 'storage' | 'clock'> & { storage: Storage; clock: Clock }) {
    this.died = new Promise((resolve) => (this.#tellDied = resolve))
    const { clock, storage, transport } = options
    this.webhooks = createDispatcher({
      ...options,
      storage: this.#mortal(storage),
      clock: {
        ...clock,
        sleep: async (ms, signal) => {
          await clock.sleep(ms, signal)
          await this.#alive()
        },
      },
      ...(transport && {
        transport: {
          ...transport,
          send: async (request) => {
            await this.#alive()
            const reply = await transport.send(request)
            await this.#alive()
            return reply
          },
        },
      }),
    })
  }

  get isDead(): boolean {
    return this.#isDead
  }

  kill(): void {
    this.#isDead = true
    this.#tellDied()
  }

  /** Dead for good: what is bounded by real time does not keep it. */
  forget(): void {
    this.kill()
    this.#over.abort()
  }

  /** Stands still until `thaw`. */
  freeze(): void {
    this.#thawed = new Promise((resolve) => (this.#thaw = resolve))
  }

  thaw(): void {
    this.#thawed = null
    this.#thaw()
  }

  async #alive(): Promise<void> {
    while (this.#thawed) await this.#thawed
    if (this.#isDead) await never()
  }

  /** As `alive`; calls of a process that is forgotten end. */
  async #answering(): Promise<void> {
    while (this.#thawed) await this.#thawed
    if (!this.#isDead) return
    const { signal } = this.#over
    await new Promise((_resolve, reject) => {
      const end = () => reject(new Error('The process is forgotten'))
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
    })
  }

  /** Burns the fuse down by a call; answers whether it is this one. */
  #burns(): boolean {
    if (!this.fuse || this.fuse.calls-- > 0) return false
    return true
  }

  #mortal(storage: Storage): Storage {
    const group = <G extends object>(methods: G): G =>
      Object.fromEntries(
        Object.entries(methods).map(([verb, method]) => [
          verb,
          async (...args: never[]) => {
            await this.#answering()
            const burns = this.#burns()
            if (burns && this.fuse?.before) this.kill()
            await this.#answering()
            const answer: unknown = await (method as (...args: never[]) => Promise<unknown>)(...args)
            if (burns) this.kill()
            await this.#answering()
            return answer
          },
        ]),
      ) as G
    const { subscriptions, events, lanes, deliveries, replays, maintenance } = storage
    return {
      ...storage,
      subscriptions: group(subscriptions),
      events: group(events),
      lanes: group(lanes),
      deliveries: group(deliveries),
      replays: group(replays),
      maintenance: group(maintenance),
    }
  }
}
