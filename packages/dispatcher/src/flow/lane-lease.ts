import type { Lane, LaneHold } from '../core/lane.js'
import type { Clock } from '../ports/clock.js'

/** After this long a lane goes to the back of the queue, whatever it still has. */
const QUANTUM_MS = 10_000
/** With less of the lease left than this, nothing more is sent under it. */
const LEASE_MARGIN_MS = 2_000

/**
 * `serving`: sends what is due. `draining`: sends nothing new, what is in flight ends. `lost`: another has the lane, nothing
 * may be written. `released`: given back.
 */
export type LeaseState = 'serving' | 'draining' | 'lost' | 'released'

/** A lane as long as this process owns it: until when, and whether anything may be sent under it. */
export class LaneLease {
  readonly lane: Lane
  readonly #clock: Clock
  readonly #startedAt: number
  #state: LeaseState = 'serving'
  #endsAt: number
  /** As rivals read it, epoch ms. */
  #storedUntil: number
  #crashed: boolean
  /** On the monotonic clock, as everything here. */
  #hold: { endsAt: number; hold: Omit<LaneHold, 'forMs'> } | null = null

  /** @param endsAt on the monotonic clock */
  constructor(clock: Clock, lane: Lane, endsAt: number) {
    this.#clock = clock
    this.lane = lane
    this.#startedAt = clock.monotonic()
    this.#endsAt = endsAt
    this.#storedUntil = lane.leaseUntil
    this.#crashed = lane.crashCount > 1
  }

  get state(): LeaseState {
    return this.#state
  }

  /**
   * Enough of it is left to send under. By the monotonic clock, so that no step of the other one makes it longer; and by the
   * other one too: once that was set forward, rivals take what is stored for passed.
   */
  get owns(): boolean {
    const leftMs = Math.min(this.#endsAt - this.#clock.monotonic(), this.#storedUntil - this.#clock.now())
    return this.#state !== 'lost' && leftMs >= LEASE_MARGIN_MS
  }

  get maySend(): boolean {
    if (this.#state !== 'serving' || !this.owns) return false
    return (
      this.#clock.monotonic() - this.#startedAt < QUANTUM_MS && this.#holdEndsAt <= this.#clock.monotonic()
    )
  }

  renew(endsAt: number): void {
    this.#endsAt = endsAt
    this.#storedUntil = this.#clock.now() + (endsAt - this.#clock.monotonic())
  }

  /** Sends nothing more for `ms`; the later of two holds stays. Answers how long that is. */
  hold(ms: number, hold: Omit<LaneHold, 'forMs'>): number {
    const now = this.#clock.monotonic()
    if (now + ms > this.#holdEndsAt) this.#hold = { endsAt: now + ms, hold }
    return this.#holdEndsAt - now
  }

  lift(): void {
    this.#hold = null
  }

  drain(): void {
    if (this.#state === 'serving') this.#state = 'draining'
  }

  /** Answers whether it was still there to be lost. */
  lose(): boolean {
    if (this.#state === 'lost' || this.#state === 'released') return false
    this.#state = 'lost'
    return true
  }

  /** Whether former owners died on it, the first time that it is asked: progress clears that once. */
  takeCrashes(): boolean {
    const crashed = this.#crashed
    this.#crashed = false
    return crashed
  }

  /** Gives it back: what holds the lane from now on. */
  release(): LaneHold | null {
    this.#state = 'released'
    const forMs = this.#holdEndsAt - this.#clock.monotonic()
    return this.#hold && forMs > 0 ? { ...this.#hold.hold, forMs } : null
  }

  get #holdEndsAt(): number {
    return this.#hold?.endsAt ?? -Infinity
  }
}
