/** Calls that have begun and not ended: whoever takes away what they need waits for them first. */
export class CallsUnderWay {
  readonly #calls = new Set<Promise<unknown>>()

  begin<T>(call: () => Promise<T>): Promise<T> {
    const begun = call().finally(() => this.#calls.delete(begun))
    this.#calls.add(begun)
    return begun
  }

  /** Resolves when none is under way, however they ended. */
  async idle(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls)
  }
}
