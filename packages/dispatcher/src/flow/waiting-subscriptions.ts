import type { Position } from '../ports/storage/lists.js'
import type { FlowContext } from './context.js'
import { expireWaiting, keepNothing } from './give-up-waiting.js'

const AT_A_TIME = 500
const PAGES_A_RUN = 4

/**
 * Looks at all subscriptions in turn, some at each run: what has waited for a paused one for longer than the retention is given
 * up, and whatever a crash left pending for one that is off.
 */
export class WaitingSubscriptions {
  readonly #context: Pick<FlowContext, 'storage' | 'clock' | 'observe' | 'settings'>
  #after: Position | null = null

  constructor(context: Pick<FlowContext, 'storage' | 'clock' | 'observe' | 'settings'>) {
    this.#context = context
  }

  async run(stopping: () => boolean): Promise<void> {
    for (let page = 0; page < PAGES_A_RUN && !stopping(); page += 1) if (await this.#page(stopping)) return
  }

  /** Answers whether it was the last one. */
  async #page(stopping: () => boolean): Promise<boolean> {
    const { storage, clock, settings } = this.#context
    const before = clock.now() - settings.retentionMs
    const rows = await storage.subscriptions.list({ after: this.#after, limit: AT_A_TIME })
    for (const { id, isActive, pausedAt } of rows) {
      if (stopping()) return true
      if (!isActive) await keepNothing(this.#context, id)
      else if (pausedAt !== null && pausedAt < before) await expireWaiting(this.#context, id, before)
    }
    const last = rows.at(-1)
    this.#after = last && rows.length === AT_A_TIME ? { at: last.createdAt, id: last.id } : null
    return this.#after === null
  }
}
