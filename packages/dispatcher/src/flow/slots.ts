/**
 * Requests in flight per process. Slow endpoints share half of the slots, so that however many of them there are, a
 * healthy one finds a free slot. Waiters are served in the order they came. As many attempts again may have been answered
 * and wait to be settled: a slow store slows the sender down, and a crash repeats no more than those.
 */
export class Slots {
  readonly #total: number
  readonly #slowShare: number
  readonly #waiting: { fast: (() => void)[]; slow: (() => void)[] } = { fast: [], slow: [] }
  #used = 0
  #slowUsed = 0
  #settling = 0

  constructor(total: number) {
    this.#total = total
    this.#slowShare = Math.max(1, Math.floor(total / 2))
  }

  get used(): number {
    return this.#used
  }

  /** Takes a slot now, or answers `false`. */
  tryTake(slow: boolean): boolean {
    if (this.#used >= this.#total || this.#used + this.#settling >= 2 * this.#total) return false
    if (slow && this.#slowUsed >= this.#slowShare) return false
    this.#used += 1
    if (slow) this.#slowUsed += 1
    return true
  }

  async take(slow: boolean): Promise<void> {
    if (this.tryTake(slow)) return
    await new Promise<void>((resolve) => this.#waiting[slow ? 'slow' : 'fast'].push(resolve))
  }

  /** A slot that was taken for nothing. */
  give(slow: boolean): void {
    this.#used -= 1
    if (slow) this.#slowUsed -= 1
    this.#serveNext()
  }

  /** The request is answered; what came of it is not stored yet. */
  answered(slow: boolean): void {
    this.#settling += 1
    this.give(slow)
  }

  /** What came of it is stored. */
  settled(): void {
    this.#settling -= 1
    this.#serveNext()
  }

  #serveNext(): void {
    // A slow waiter goes first only while none of its kind is being served: neither kind starves the other.
    const order = this.#slowUsed === 0 ? [true, false] : [false, true]
    for (const kind of order) {
      const queue = this.#waiting[kind ? 'slow' : 'fast']
      if (queue.length === 0 || !this.tryTake(kind)) continue
      queue.shift()?.()
      return
    }
  }
}
