import type { Clock } from '../ports/clock.js'

interface Waiting {
  /** On the monotonic clock. */
  endsAt: number
  readonly expire: () => void
}

/** How much later than asked a deadline may strike, ms. */
const GRAIN_MS = 250

/**
 * Deadlines for calls into what others have written: one timer for all of them, as nearly none ever strikes. A call that has
 * not settled by then is given up; whatever becomes of it later is nobody's concern.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()
  #ticking = false
  #stopped = new AbortController()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * What `call` answers, or a rejection with `late()` after `ms`. An aborted `signal` leaves the call `graceMs` more.
   */
  within<T>(
    call: Promise<T>,
    {
      ms,
      late,
      signal,
      graceMs = 0,
    }: { ms: number; late: () => Error; signal?: AbortSignal; graceMs?: number },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { endsAt: this.#clock.monotonic() + ms, expire: () => reject(late()) }
      const hurry = (): void => {
        waiting.endsAt = Math.min(waiting.endsAt, this.#clock.monotonic() + graceMs)
        this.#tick()
      }
      const done = (): void => {
        this.#waiting.delete(waiting)
        signal?.removeEventListener('abort', hurry)
        if (this.#waiting.size === 0) this.#rest()
      }
      this.#waiting.add(waiting)
      signal?.addEventListener('abort', hurry)
      if (signal?.aborted) hurry()
      this.#tick()
      call.then(
        (answer) => {
          done()
          resolve(answer)
        },
        (error: unknown) => {
          done()
          reject(error as Error)
        },
      )
    })
  }

  #rest(): void {
    this.#stopped.abort()
    this.#stopped = new AbortController()
  }

  #tick(): void {
    if (this.#ticking) return
    this.#ticking = true
    void this.#run()
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      await this.#clock.sleep(GRAIN_MS, this.#stopped.signal)
      const now = this.#clock.monotonic()
      for (const waiting of this.#waiting)
        if (waiting.endsAt <= now) {
          this.#waiting.delete(waiting)
          waiting.expire()
        }
    }
    this.#ticking = false
  }
}
