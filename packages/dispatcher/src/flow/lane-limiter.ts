import type { LaneWindow } from '../core/lane.js'
import { RateWindow } from '../core/rate-window.js'
import { limitText, type RateLimit } from '../core/subscription.js'
import type { Clock } from '../ports/clock.js'

/** The permits of one attempt: one for each request that it makes. */
export interface AttemptPermits {
  /** For the same request on a fresh connection; `false` where none is reserved. */
  takeAnother(): boolean
  /** The attempt has ended, whatever came of it. */
  end(): void
  /** There was no attempt: nothing has left. */
  giveBack(): void
}

/** Where there is no limit nothing is counted. */
const UNLIMITED: AttemptPermits = {
  takeAnother: () => true,
  end: () => undefined,
  giveBack: () => undefined,
}

/**
 * The rate window of a held lane, on a clock that may be wrong: other owners of the lane have clocks of their own. An end is
 * taken as late, and the present as early, as they may be. As long as the lane is held its time is the monotonic clock's: a
 * clock that is set meanwhile moves nothing in it.
 */
export class LaneLimiter {
  /** The limit as it is, for whoever holds the lane for it. */
  readonly cause: string
  readonly #clock: Clock
  readonly #window: RateWindow
  readonly #originMs: number
  #uncertaintyMs = 0
  /** What the clock last said of itself. */
  #toldMs = 0

  constructor(clock: Clock, limit: RateLimit | false, stored: LaneWindow) {
    this.cause = limitText(limit)
    this.#clock = clock
    this.#originMs = clock.now() - clock.monotonic()
    this.#window = new RateWindow(limit, stored, this.#latest())
  }

  /** Whether a permit is there to be taken. */
  get ready(): boolean {
    return this.#window.unlimited || this.#window.reserved > 0
  }

  /** Reserves up to `wanted` permits; answers the window that has to be stored before they are taken, or `null` for none. */
  reserve(wanted: number): LaneWindow | null {
    const now = this.#earliest()
    const count = Math.min(wanted, this.#window.available(now))
    if (count <= 0) return null
    this.#window.reserve(count)
    return this.#stored(now)
  }

  /** Ms until the next permit can be reserved if nothing else starts; `null`: when one in flight has ended. */
  nextAvailableInMs(): number | null {
    const now = this.#earliest()
    const at = this.#window.nextAvailableAt(now)
    return at === null ? null : at - now
  }

  /** Takes a permit for an attempt. */
  take(): AttemptPermits {
    if (this.#window.unlimited) return UNLIMITED
    this.#window.take()
    let taken = 1
    return {
      takeAnother: () => {
        if (!this.ready) return false
        this.#window.take()
        taken += 1
        return true
      },
      end: () => {
        for (; taken > 0; taken -= 1) this.#window.end(this.#latest())
      },
      giveBack: () => {
        for (; taken > 0; taken -= 1) this.#window.putBack()
      },
    }
  }

  /** Gives back what was not taken; answers the window to store. */
  close(): LaneWindow {
    this.#window.unreserve()
    return this.#stored(this.#earliest())
  }

  /** As it is stored: on the clock of now, whatever that was set to meanwhile. */
  #stored(now: number): LaneWindow {
    const { ends, reserved } = this.#window.snapshot(now)
    const setBy = this.#clock.now() - this.#now()
    const moved = Math.abs(setBy) < 1 ? ends : ends.map((end) => Math.ceil(end + setBy))
    return { ends: moved, reserved }
  }

  #now(): number {
    return this.#originMs + this.#clock.monotonic()
  }

  #earliest(): number {
    return this.#now() - this.#doubt()
  }

  #latest(): number {
    return this.#now() + this.#doubt()
  }

  /** Grows with the clock's own; a clock that is sampled anew, and surer of itself since, makes the time from before no surer. */
  #doubt(): number {
    const toldMs = this.#clock.uncertaintyMs?.() ?? 0
    this.#uncertaintyMs += Math.max(0, toldMs - this.#toldMs)
    this.#toldMs = toldMs
    return this.#uncertaintyMs
  }
}
