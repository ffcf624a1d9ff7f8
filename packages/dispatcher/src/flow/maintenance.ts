import { MAX_RETRY_AFTER_MS } from '../core/retry-after.js'
import { longestDelayMs } from '../core/retry-schedule.js'
import type { FlowContext } from './context.js'

const EVERY_MS = 60_000
const PRUNE_AT_A_TIME = 500

/** Repairs what should not happen, and lets go of what is older than the retention; once a minute. */
export class Maintenance {
  readonly #context: FlowContext
  /** Monotonic. */
  #nextAt = -Infinity

  constructor(context: FlowContext) {
    this.#context = context
  }

  /** Does nothing before it is due again. */
  async run(stopping: () => boolean): Promise<void> {
    const { storage, clock, settings } = this.#context
    if (clock.monotonic() < this.#nextAt) return
    this.#nextAt = clock.monotonic() + EVERY_MS
    const { maintenance } = storage
    const now = clock.now()
    // No retry is due later than the schedule or a receiver can ask for: what lies beyond, a wrong clock has written.
    const latestDueAt = now + Math.max(longestDelayMs(settings.retry), MAX_RETRY_AFTER_MS)
    await maintenance.repair({ now, latestDueAt })
    const before = now - settings.retentionMs
    while ((await maintenance.prune({ before, limit: PRUNE_AT_A_TIME })) === PRUNE_AT_A_TIME && !stopping());
  }
}
