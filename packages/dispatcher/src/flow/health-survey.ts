import type { webhooksEvents } from '@swigs/webhooks-protocol'
import { isWebhooksError, type EventType } from '@swigs/webhooks-protocol'
import { maySend, type Subscription } from '../core/subscription.js'
import { changed, dueChange, type ToldChange } from '../core/subscription-health.js'
import type { Position } from '../ports/storage/lists.js'
import type { Publication } from './accept.js'
import type { FlowContext } from './context.js'

const PAGE = 200
/** Subscriptions looked at in one run; the next one goes on behind them. */
const MOST_LOOKED_AT = 1_000

/** What the survey does with what it finds. */
export interface SurveyParts {
  /** Stores an event of our own; one that is stored already is left as it is. */
  readonly publish: (publication: Publication) => Promise<unknown>
  /** Told of a subscription that was switched off: it keeps nothing. */
  readonly switchedOff: (subscription: Subscription) => Promise<void>
}

/**
 * Looks at subscriptions, some at a time: which fail for too long, and which have recovered. A change is made by compare-and-set,
 * with a note that its event is to be stored; then that is stored, under an id that the change has, and the note taken away.
 * Whoever dies in between leaves the note to the next survey, of whatever process: the event is made once.
 */
export class HealthSurvey {
  readonly #context: FlowContext
  readonly #parts: SurveyParts
  #after: Position | null = null

  constructor(context: FlowContext, parts: SurveyParts) {
    this.#context = context
    this.#parts = parts
  }

  /** One slice of all subscriptions. */
  async run(stopping: () => boolean): Promise<void> {
    const { storage, settings } = this.#context
    const { warnAfterMs, disableAfterMs } = settings.health
    if (warnAfterMs === false && disableAfterMs === false) return
    for (let looked = 0; looked < MOST_LOOKED_AT && !stopping(); looked += PAGE) {
      const page = await storage.subscriptions.list({ after: this.#after, limit: PAGE })
      for (const subscription of page) await this.#look(subscription)
      const last = page.at(-1)
      // A row that cannot be read makes a page short: only an empty one is the last.
      this.#after = last ? { at: last.createdAt, id: last.id } : null
      if (this.#after === null) return
    }
  }

  async #look(subscription: Subscription): Promise<void> {
    const { clock, settings } = this.#context
    if (subscription.health.untold) return this.#tell(subscription, subscription.health.untold)
    if (!maySend(subscription)) return
    const due = dueChange(subscription, settings.health, Math.floor(clock.now()))
    if (due) await this.#make(subscription, due)
  }

  async #make({ id, stats, health }: Subscription, change: ToldChange): Promise<void> {
    const { storage, observe } = this.#context
    const expected = {
      health: health.revision,
      // Whoever has recovered since is left on.
      ...(change.change === 'disabled' && { failingSince: stats.failingSince ?? change.since }),
    }
    const after = await storage.subscriptions.update({
      id,
      patch: changed(health, change),
      now: change.at,
      expected,
    })
    if (!after) return
    if (change.change === 'disabled') {
      await this.#parts.switchedOff(after)
      observe({ name: 'subscription.deactivated', subscriptionId: id, reason: 'failing' })
    }
    observe({ name: `subscription.${change.change}`, subscriptionId: id, failingSince: change.since })
    await this.#tell(after, change)
  }

  async #tell(subscription: Subscription, told: ToldChange): Promise<void> {
    const { storage, logger } = this.#context
    const { id, health } = subscription
    try {
      await this.#parts.publish(eventOf(subscription, told))
    } catch (error) {
      if (!isWebhooksError(error, 'PAYLOAD_TOO_LARGE')) throw error
      logger.error({ subscriptionId: id }, `Not told as an event: ${error.message}`)
    }
    await storage.subscriptions.update({
      id,
      patch: { health: { ...health, untold: null, revision: health.revision + 1 } },
      now: subscription.updatedAt,
      expected: { health: health.revision },
    })
  }
}

/** The event of a change: the same for whoever makes it. */
const eventOf = ({ id, appName, stats }: Subscription, { change, since, at }: ToldChange): Publication => {
  const [failingSince, made] = [since, at].map((instant) => new Date(instant).toISOString())
  const type: EventType<typeof webhooksEvents> = `webhooks.subscription.${change}`
  return {
    type,
    data: {
      subscriptionId: id,
      appName,
      failingSince,
      at: made,
      ...(change !== 'recovered' && { lastError: stats.lastError }),
    },
    siteId: null,
    idempotencyKey: `${id} ${since}`,
    occurredAt: at,
  }
}
