import type { Position } from '../ports/storage/lists.js'
import type { FlowContext } from './context.js'
import { expireWaiting, keepNothing } from './give-up-waiting.js'

/** Few: each that is off or paused is asked about, and the worker waits meanwhile. */
const A_RUN = 200

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
    const { storage, clock, settings } = this.#context
    const before = clock.now() - settings.retentionMs
    let rows = await storage.subscriptions.list({ after: this.#after, limit: A_RUN })
    if (rows.length === 0 && this.#after)
      rows = await storage.subscriptions.list({ after: null, limit: A_RUN })
    const last = rows.at(-1)
    // A page that is short may lack a row that cannot be read; only an empty one is the end.
    this.#after = last ? { at: last.createdAt, id: last.id } : null
    for (const { id, isActive, pausedAt } of rows) {
      if (stopping()) return
      if (!isActive) await keepNothing(this.#context, id)
      else if (pausedAt !== null && pausedAt < before) await expireWaiting(this.#context, id, before)
    }
  }
}
