import type { LaneWindow } from '../core/lane.js'
import { RateWindow } from '../core/rate-window.js'
import { limitText, type RateLimit } from '../core/subscription.js'
import type { Clock } from '../ports/clock.js'

/** The permits of one attempt: one for each request that it makes. */
export interface AttemptPermits {
  /** For the same request on a fresh connection; `false` where none is reserved. */
  takeAnother(): boolean
  end(at: number): void
}

/**
 * The rate window of a held lane, on a clock that may be wrong: other owners of the lane have clocks of their own. An end is
 * taken as late, and the present as early, as they may be.
 */
export class LaneLimiter {
  readonly #clock: Clock
  readonly #window: RateWindow
  /** The limit as it is, for whoever holds the lane for it. */
  readonly cause: string

  constructor(clock: Clock, limit: RateLimit | false, stored: LaneWindow) {
    this.#clock = clock
    this.cause = limitText(limit)
    this.#window = new RateWindow(limit, stored, clock.now() + this.#uncertaintyMs())
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
    return this.#window.snapshot(now)
  }

  /** When the next permit can be reserved if nothing else starts; `null`: when one in flight has ended. */
  nextAvailableAt(): number | null {
    const at = this.#window.nextAvailableAt(this.#earliest())
    return at === null ? null : at + this.#uncertaintyMs()
  }

  /** Takes a permit for an attempt. */
  take(): AttemptPermits {
    this.#window.take()
    let taken = 1
    return {
      takeAnother: () => {
        if (!this.ready) return false
        this.#window.take()
        taken += 1
        return true
      },
      end: (at) => {
        for (; taken > 0; taken -= 1) this.#window.end(at + this.#uncertaintyMs())
      },
    }
  }

  /** Gives back what was not taken; answers the window to store. */
  close(): LaneWindow {
    this.#window.unreserve()
    return this.#window.snapshot(this.#earliest())
  }

  #earliest(): number {
    return this.#clock.now() - this.#uncertaintyMs()
  }

  #uncertaintyMs(): number {
    return this.#clock.uncertaintyMs?.() ?? 0
  }
}
