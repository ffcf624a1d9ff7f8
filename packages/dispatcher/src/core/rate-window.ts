import type { LaneWindow } from './lane.js'
import type { RateLimit } from './subscription.js'

/**
 * The exact rate window: a sliding log of the times at which the latest attempts *ended*. An attempt may start only if
 * fewer than `limit` others ended within the window or have not ended. As a request reaches its receiver between its
 * start and its end, the receiver can never see more than `limit` of them in any window; a log of start times would
 * let network jitter through.
 *
 * Permits are reserved first (and that reservation stored), then taken: a crash between can waste, never overspend.
 */
export class RateWindow {
  readonly #limit: number
  readonly #windowMs: number
  #ends: number[]
  #reserved = 0
  #inFlight = 0

  /**
   * Permits that a former owner had reserved count as used at `now`: nobody saw them end. So do ends that lie ahead of it: the
   * clock was set back since.
   */
  constructor(limit: RateLimit | false, stored: LaneWindow, now: number) {
    this.#limit = limit === false ? Infinity : limit.limit
    this.#windowMs = limit === false ? 0 : limit.windowMs
    const latest = Math.ceil(now)
    const ends = stored.ends.map((end) => Math.min(end, latest))
    this.#ends = [...ends, ...Array<number>(stored.reserved).fill(latest)]
  }

  /** Without a limit nothing is counted, reserved or stored. */
  get unlimited(): boolean {
    return this.#limit === Infinity
  }

  get reserved(): number {
    return this.#reserved
  }

  /** How many more permits may be reserved at `now`. */
  available(now: number): number {
    if (this.unlimited) return Infinity
    this.#forget(now)
    return Math.max(0, this.#limit - this.#ends.length - this.#reserved - this.#inFlight)
  }

  /** When the next permit can be reserved if nothing else starts: `now`, a later instant, or `null` (in-flight ones must end). */
  nextAvailableAt(now: number): number | null {
    if (this.available(now) > 0) return now
    const surplus = this.#ends.length + this.#reserved + this.#inFlight - this.#limit
    const end = this.#ends[surplus]
    return end === undefined ? null : end + this.#windowMs
  }

  reserve(count: number): void {
    if (!this.unlimited) this.#reserved += count
  }

  /** Turns one reserved permit into an attempt in flight. */
  take(): void {
    if (!this.unlimited) this.#reserved -= 1
    this.#inFlight += 1
  }

  /** What was taken was for nothing: no request has left. It is reserved as before. */
  putBack(): void {
    this.#inFlight -= 1
    if (!this.unlimited) this.#reserved += 1
  }

  /** An attempt ended, whatever came of it. Rounded up: an end may be late in the log, never early. */
  end(at: number): void {
    this.#inFlight -= 1
    if (!this.unlimited) this.#ends.push(Math.ceil(at))
  }

  /** Gives back the permits that were reserved and not taken. */
  unreserve(): void {
    this.#reserved = 0
  }

  /** What to store: whatever is in flight counts as reserved. */
  snapshot(now: number): LaneWindow {
    if (this.unlimited) return { ends: [], reserved: 0 }
    this.#forget(now)
    return { ends: [...this.#ends], reserved: this.#reserved + this.#inFlight }
  }

  #forget(now: number): void {
    const horizon = now - this.#windowMs
    const kept = this.#ends.findIndex((end) => end > horizon)
    if (kept === -1) this.#ends = []
    else if (kept > 0) this.#ends = this.#ends.slice(kept)
  }
}
