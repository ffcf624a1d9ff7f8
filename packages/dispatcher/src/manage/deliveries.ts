import { ConflictError, NotFoundError } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type { Delivery, DeliveryStatus } from '../core/delivery.js'
import type { FlowContext } from '../flow/context.js'
import type { LanePool } from '../flow/lane-pool.js'
import { page, type Page } from './cursor.js'
import { splitDeliveryFilter } from './driving-filter.js'
import { instantSchema, pagingSchema, parseInput, windowSchema } from './input.js'
import { maskAnswer, requestView, type RequestView } from './request-view.js'
import type { Actor } from './subscriptions.js'
import { deliveryView, type DeliveryView } from './views.js'

/** Which deliveries to list, newest first. */
export interface DeliveryListQuery {
  subscriptionId?: string | undefined
  eventId?: string | undefined
  status?: DeliveryStatus | undefined
  type?: string | undefined
  siteId?: string | undefined
  /** Created at or after; Date, epoch ms or ISO 8601. */
  since?: Date | number | string | undefined
  /** Created before. */
  until?: Date | number | string | undefined
  cursor?: string | null | undefined
  /** 1 to 200; default 50. */
  limit?: number | undefined
}

/** Which failures to send again. */
export interface RecoverInput {
  subscriptionId: string
  /** Failed at or after; Date, epoch ms or ISO 8601. */
  since: Date | number | string
  /** Failed before; default: now. */
  until?: Date | number | string | undefined
  /** Only count. Default `false`. */
  dryRun?: boolean | undefined
}

/** A delivery with the request that it makes. */
export interface DeliveryDetail extends DeliveryView {
  /** It is pending, and waits until its subscription is active again. */
  readonly isPaused: boolean
  /** `null` when its event is no longer kept. */
  readonly request: RequestView | null
}

const listing = z.strictObject({
  ...pagingSchema,
  ...windowSchema,
  subscriptionId: z.string().optional(),
  eventId: z.string().optional(),
  status: z.enum(['pending', 'delivered', 'failed', 'cancelled']).optional(),
  type: z.string().optional(),
  siteId: z.string().optional(),
})

const recovering = z.strictObject({
  subscriptionId: z.string(),
  since: instantSchema,
  until: instantSchema.optional(),
  dryRun: z.boolean().default(false),
})

const RECOVER_AT_A_TIME = 500

/** `webhooks.deliveries`: one event for one subscription each, with its attempts. */
export class Deliveries {
  readonly #context: FlowContext
  readonly #pool: LanePool

  constructor(context: FlowContext, pool: LanePool) {
    this.#context = context
    this.#pool = pool
  }

  /** Filters together may leave a page short though another follows. @throws InvalidOptionsError, InvalidCursorError */
  async list(query: DeliveryListQuery = {}): Promise<Page<DeliveryView>> {
    return page({
      name: 'deliveries',
      query: parseInput('deliveries.list', listing, query),
      split: splitDeliveryFilter,
      read: (rows) => this.#context.storage.deliveries.list(rows),
      position: ({ createdAt, id }) => ({ at: createdAt, id }),
      view: deliveryView,
    })
  }

  /** With its request, and what came back at each attempt. @throws NotFoundError */
  async get(id: string): Promise<DeliveryDetail> {
    const { storage, settings } = this.#context
    const delivery = known(id, await storage.deliveries.get(String(id)))
    const [[event], [subscription]] = await Promise.all([
      storage.events.get([delivery.eventId]),
      storage.subscriptions.get([delivery.subscriptionId]),
    ])
    const { userAgent } = settings
    const request = event ? requestView({ event, delivery, subscription, userAgent }) : null
    const headers = subscription?.headers ?? {}
    const isPaused = delivery.status === 'pending' && subscription?.isActive === false
    const shown = withAnswers(delivery, (answer) => maskAnswer(answer, headers))
    return { ...deliveryView(shown), isPaused, request }
  }

  /**
   * Sends a delivered, failed or cancelled delivery again: same event id, a fresh retry schedule. A pending one is left
   * as it is.
   * @throws NotFoundError
   */
  async resend(id: string, { actor = null }: Actor = {}): Promise<DeliveryView> {
    const { storage, clock, observe } = this.#context
    const before = known(id, await storage.deliveries.get(String(id)))
    if ((await storage.subscriptions.get([before.subscriptionId])).length === 0)
      throw new ConflictError(
        `The subscription of delivery ${before.id} was removed: there is nowhere to send it.`,
      )
    // One that is pending is left alone, and its lane asleep: a wake that is counted and never came would hide another's.
    const woken = this.#pool.waking(new Set([before.subscriptionId]), { certain: false })
    const after = known(id, await storage.deliveries.resend({ id: before.id, now: clock.now() }))
    woken()
    observe({ name: 'delivery.changed', deliveryId: after.id, change: 'resent', actor })
    return deliveryView(withAnswers(after, () => null))
  }

  /** Gives a pending delivery up. @throws NotFoundError, ConflictError when it is not pending. */
  async cancel(id: string, { actor = null }: Actor = {}): Promise<DeliveryView> {
    const { storage, clock, observe } = this.#context
    const after = known(id, await storage.deliveries.cancel({ id: String(id), now: clock.now() }))
    if (after.status !== 'cancelled')
      throw new ConflictError(`Delivery ${after.id} is ${after.status}; only a pending one can be cancelled.`)
    this.#pool.forget(after)
    observe({ name: 'delivery.changed', deliveryId: after.id, change: 'cancelled', actor })
    return deliveryView(withAnswers(after, () => null))
  }

  /**
   * Everything that failed in a time goes out again; answers how many. What was delivered since is not sent.
   * @throws NotFoundError, InvalidOptionsError
   */
  async recover(input: RecoverInput, { actor = null }: Actor = {}): Promise<{ count: number }> {
    const parsed = parseInput('deliveries.recover', recovering, input)
    const { storage, clock, observe } = this.#context
    const { subscriptionId, since, dryRun } = parsed
    // Not beyond: what is sent again and fails at once would be taken again, without end.
    const until = Math.min(parsed.until ?? Infinity, clock.now() + 1)
    if ((await storage.subscriptions.get([subscriptionId])).length === 0)
      throw new NotFoundError(`No subscription has the id ${JSON.stringify(subscriptionId.slice(0, 64))}.`)
    if (dryRun) return { count: await storage.deliveries.countFailed({ subscriptionId, since, until }) }
    const now = clock.now()
    let count = 0
    for (let more = RECOVER_AT_A_TIME; more === RECOVER_AT_A_TIME; count += more) {
      const woken = this.#pool.waking(new Set([subscriptionId]), { certain: false })
      more = await storage.deliveries.recover({ subscriptionId, since, until, now, limit: RECOVER_AT_A_TIME })
      woken()
    }
    observe({ name: 'deliveries.recovered', subscriptionId, count, actor })
    return { count }
  }
}

/** What the receivers answered, as `show` lets it through. */
const withAnswers = (delivery: Delivery, show: (answer: string) => string | null): Delivery => ({
  ...delivery,
  attempts: delivery.attempts.map((attempt) => ({
    ...attempt,
    responseBody: attempt.responseBody === null ? null : show(attempt.responseBody),
  })),
})

const known = (id: string, delivery: Delivery | null): Delivery => {
  if (delivery) return delivery
  throw new NotFoundError(`No delivery has the id ${JSON.stringify(String(id).slice(0, 64))}.`)
}
