import type { Clock } from '../ports/clock.js'

/** When a lane has work, and when it may be taken; without `freeAt` a hold that is known goes on. */
export interface DueTimes {
  readonly dueAt: number
  readonly freeAt?: number | undefined
}

/**
 * What is due when, as far as this process knows: lanes that were woken here, or given back here and due soon. They are taken
 * by id, without a scan. Everything else is found by polling.
 */
export class DueLanes {
  readonly #clock: Clock
  readonly #horizonMs: number
  /** On the monotonic clock. */
  readonly #soon = new Map<string, { at: number; freeAt: number }>()
  #rest: AbortController | null = null
  #polls = false
  #listening = false

  /** @param horizonMs what is due later than this is left to polls */
  constructor(clock: Clock, horizonMs: number) {
    this.#clock = clock
    this.#horizonMs = horizonMs
  }

  /** Nobody takes what is due in a process without workers: there it is not remembered. */
  listen(): void {
    this.#listening = true
  }

  /** A lane is, or will be, due. */
  due(subscriptionId: string, { dueAt, freeAt }: DueTimes): void {
    if (!this.#listening) return
    const now = this.#clock.monotonic()
    const monotonic = (at: number) => now + (at - this.#clock.now())
    const until = freeAt === undefined ? (this.#soon.get(subscriptionId)?.freeAt ?? 0) : monotonic(freeAt)
    const at = Math.max(monotonic(dueAt), until)
    if (at - now > this.#horizonMs) return
    this.#soon.set(subscriptionId, { at, freeAt: until })
    this.wake()
  }

  /** There may be work that nobody told of: another process left it, or there is room again. */
  poll(): void {
    this.#polls = true
    this.wake()
  }

  /** The lanes that are due, once each. */
  take(): string[] {
    const now = this.#clock.monotonic()
    const due = [...this.#soon].filter(([, { at }]) => at <= now).map(([subscriptionId]) => subscriptionId)
    for (const subscriptionId of due) this.#soon.delete(subscriptionId)
    return due
  }

  /** Whether a poll was asked for since the last time. */
  takePoll(): boolean {
    const polls = this.#polls
    this.#polls = false
    return polls
  }

  /** Resolves when a lane is due, a poll is asked for, `wake` is called, or `ms` have passed. */
  async rest(ms: number): Promise<void> {
    const now = this.#clock.monotonic()
    let restMs = ms
    for (const { at } of this.#soon.values()) restMs = Math.min(restMs, at - now)
    if (this.#polls || restMs <= 0) return
    const rest = new AbortController()
    this.#rest = rest
    await this.#clock.sleep(restMs, rest.signal)
    this.#rest = null
  }

  wake(): void {
    this.#rest?.abort()
  }
}
