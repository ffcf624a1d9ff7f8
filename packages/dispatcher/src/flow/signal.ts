/** Something to wait for that can happen many times; what happens while nobody waits is remembered once. */
export class Signal {
  #raised = false
  #waiter: (() => void) | null = null

  raise(): void {
    this.#raised = true
    this.#waiter?.()
  }

  /** Resolves at the next `raise`, or at once when one came since the last wait. One waiter at a time. */
  async wait(): Promise<void> {
    if (!this.#raised) await new Promise<void>((resolve) => (this.#waiter = resolve))
    this.#waiter = null
    this.#raised = false
  }
}
