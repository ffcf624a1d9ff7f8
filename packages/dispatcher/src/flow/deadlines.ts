import type { Clock } from '../ports/clock.js'

interface Waiting {
  /** On the monotonic clock. */
  endsAt: number
  /** Whose call it is. */
  readonly group: object
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
  #turn: AbortController | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What `call` answers, or a rejection with `late()` after `ms`; or as soon as `hurry` says for its `group`. */
  within<T>(
    call: Promise<T>,
    { ms, late, group }: { ms: number; late: () => Error; group: object },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const endsAt = this.#clock.monotonic() + ms
      const waiting: Waiting = { endsAt, group, expire: () => reject(late()) }
      this.#waiting.add(waiting)
      this.#tick()
      call.then(
        (answer) => {
          this.#waiting.delete(waiting)
          resolve(answer)
        },
        (error: unknown) => {
          this.#waiting.delete(waiting)
          reject(error as Error)
        },
      )
    })
  }

  /** Nothing more is to come for now: the timer ends at once where nothing is waited for. */
  rest(): void {
    if (this.#waiting.size === 0) this.#turn?.abort()
  }

  /** Calls of a group were told to end: they have `ms` more. */
  hurry(group: object, ms: number): void {
    const latest = this.#clock.monotonic() + ms
    for (const waiting of this.#waiting)
      if (waiting.group === group) waiting.endsAt = Math.min(waiting.endsAt, latest)
  }

  #tick(): void {
    if (this.#ticking) return
    this.#ticking = true
    void this.#run()
  }

  /** The timer outlives the last call by a turn: calls come and go all the time, and stopping it costs more than a turn. */
  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      this.#turn = new AbortController()
      await this.#clock.sleep(GRAIN_MS, this.#turn.signal)
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
