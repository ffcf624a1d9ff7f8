import { HOURS_KEPT_MS, minutesBefore } from '../core/metrics.js'
import { MAX_RETRY_AFTER_MS } from '../core/retry-after.js'
import { longestDelayMs } from '../core/retry-schedule.js'
import type { FlowContext } from './context.js'
import { WaitingSubscriptions } from './waiting-subscriptions.js'
import type { HealthSurvey } from './health-survey.js'

const EVERY_MS = 60_000
const PRUNE_AT_A_TIME = 500
const ROLL_UP_AT_A_TIME = 500
/** A clock that moves by more than this against the monotonic one was set: what it has written is looked at. */
const CLOCK_SET_MS = 1_000
/** The longest timeout, and what a test may wait beside it. */
const LONGEST_UNSWEPT_MS = 620_000

/** Repairs what should not happen, lets go of what is old, and looks after the health of subscriptions: once a minute, and when the clock was set. */
export class Maintenance {
  readonly #context: FlowContext
  readonly #waiting: WaitingSubscriptions
  readonly #survey: Pick<HealthSurvey, 'run'>
  /** Monotonic. */
  #nextAt = -Infinity
  /** How far the clock is from the monotonic one: what changes, somebody has set. */
  #offsetMs = 0

  constructor(context: FlowContext, survey: Pick<HealthSurvey, 'run'>) {
    this.#context = context
    this.#waiting = new WaitingSubscriptions(context)
    this.#survey = survey
  }

  /** Does nothing before it is due again. */
  async run(stopping: () => boolean): Promise<void> {
    const { storage, clock, settings, observe } = this.#context
    const offsetMs = clock.now() - clock.monotonic()
    const wasSet = Math.abs(offsetMs - this.#offsetMs) > CLOCK_SET_MS
    if (clock.monotonic() < this.#nextAt && !wasSet) return
    this.#offsetMs = offsetMs
    this.#nextAt = clock.monotonic() + EVERY_MS
    const { maintenance } = storage
    const now = clock.now()
    // No retry is due later than the schedule or a receiver can ask for: what lies beyond, a wrong clock has written.
    const latestDueAt = now + Math.max(longestDelayMs(settings.retry), MAX_RETRY_AFTER_MS)
    const latestVisibleAt = now + LONGEST_UNSWEPT_MS
    const lanes = await maintenance.repair({ now, latestDueAt, latestVisibleAt })
    if (lanes > 0) observe({ name: 'lanes.repaired', lanes })
    const before = now - settings.retentionMs
    while ((await maintenance.prune({ before, limit: PRUNE_AT_A_TIME })) === PRUNE_AT_A_TIME && !stopping());
    // After that: what is given up is on the record until the next time at least.
    await this.#waiting.run(stopping)
    const metrics = {
      minutesBefore: minutesBefore(now),
      hoursBefore: now - HOURS_KEPT_MS,
      limit: ROLL_UP_AT_A_TIME,
    }
    while (!stopping() && (await storage.metrics.rollUp(metrics)) > 0);
    await this.#survey.run(stopping)
  }
}
