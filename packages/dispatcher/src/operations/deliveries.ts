import { ConflictError } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type {
  BulkOptions,
  Deliveries,
  DeliveryCount,
  DeliveryDetail,
  DeliveryFilterInput,
  DeliveryListQuery,
  RecoverInput,
} from '../api/deliveries.js'
import type { ReplayBegun, ReplayInput } from '../api/replays.js'
import type { Page } from '../api/page.js'
import type { Actor } from '../api/subscriptions.js'
import type { DeliveryView } from '../api/views.js'
import { withoutAnswers, type Delivery } from '../core/delivery.js'
import { keptHeaders } from '../core/kept-headers.js'
import { maskAnswer } from '../core/mask-answer.js'
import { maySend } from '../core/subscription.js'
import type { Engine } from '../flow/engine.js'
import { deliveryFilterSchema, instantSchema, pagingSchema } from '../input/fields.js'
import { parseInput } from '../input/parse-input.js'
import type { Clock } from '../ports/clock.js'
import type { Observer } from '../ports/observer.js'
import type { Storage } from '../ports/storage/storage.js'
import { deliveriesByEvent, placeOf, type OfEvent } from '../flow/lists/deliveries-by-event.js'
import { cancelAll, countDeliveries, resendAll } from './bulk.js'
import { deliveryViews } from './delivery-views.js'
import { known } from './known.js'
import { listPage } from './list-page.js'
import { recover } from './recover.js'
import { replay, requireOn } from './replays.js'
import { requestView } from './request-view.js'
import { fits, isByEvent, splitDeliveryFilter, type DeliveryFilter } from '../flow/lists/served-filter.js'
import { deliveryView } from './views.js'

const listing = z.strictObject({
  ...pagingSchema,
  ...deliveryFilterSchema,
})

const recovering = z.strictObject({
  subscriptionId: z.string(),
  since: instantSchema,
  until: instantSchema.optional(),
  siteId: z.string().optional(),
  dryRun: z.boolean().default(false),
})

/** What deliveries are read and changed with. */
export interface DeliveryPorts {
  readonly storage: Storage
  readonly engine: Engine
  readonly clock: Clock
  readonly observe: Observer
  readonly userAgent: string
}

export class DeliveryOperations implements Deliveries {
  readonly #ports: DeliveryPorts

  constructor(ports: DeliveryPorts) {
    this.#ports = ports
  }

  async list(query: DeliveryListQuery = {}): Promise<Page<DeliveryView>> {
    const { storage } = this.#ports
    const parsed = parseInput('deliveries.list', listing, query)
    const { cursor: _cursor, limit: _limit, ...filter } = parsed
    const { items, nextCursor } = isByEvent(filter)
      ? await listPage({
          name: 'deliveries of events',
          query: parsed,
          split: (all: DeliveryFilter) => ({
            driving: {},
            matches: ({ delivery }: OfEvent) => delivery !== null && fits(all, delivery),
          }),
          read: deliveriesByEvent(storage, filter),
          position: placeOf,
          view: ({ delivery }: OfEvent) => delivery as Delivery,
        })
      : await listPage({
          name: 'deliveries',
          query: parsed,
          split: splitDeliveryFilter,
          read: (rows) => storage.deliveries.list(rows),
          position: ({ createdAt, id }: Delivery) => ({ at: createdAt, id }),
          view: (delivery: Delivery) => delivery,
        })
    return { items: await deliveryViews(storage.subscriptions, items), nextCursor }
  }

  async get(id: string): Promise<DeliveryDetail> {
    const { storage, userAgent } = this.#ports
    const delivery = await this.#require(id)
    const [[event], [subscription]] = await Promise.all([
      storage.events.get([delivery.eventId]),
      storage.subscriptions.get([delivery.subscriptionId]),
    ])
    const request = event ? requestView({ event, delivery, subscription, userAgent }) : null
    const about = subscription ?? { secrets: [], headers: {} }
    const paused = subscription !== undefined && !maySend(subscription)
    const attempts = delivery.attempts.map((attempt) => ({
      ...attempt,
      responseBody: attempt.responseBody === null ? null : maskAnswer(attempt.responseBody, about),
      responseHeaders: attempt.responseHeaders && keptHeaders(attempt.responseHeaders, about),
    }))
    return { ...deliveryView({ ...delivery, attempts }, paused), request }
  }

  async resend(id: string, { actor = null }: Actor = {}): Promise<DeliveryView> {
    const { storage, engine, clock, observe } = this.#ports
    const { id: known, subscriptionId } = await this.#require(id)
    const [subscription] = await storage.subscriptions.get([subscriptionId])
    if (!subscription)
      throw new ConflictError(
        `The subscription of delivery ${known} was removed: there is nowhere to send it.`,
      )
    if (!subscription.isActive)
      throw new ConflictError(
        `The subscription of delivery ${known} is off and keeps nothing. Resume it, or pause it with keep, first.`,
      )
    await storage.deliveries.resend({ ids: [known], now: clock.now() })
    await engine.wake(subscriptionId, { lift: true })
    observe({ name: 'delivery.changed', deliveryId: known, change: 'resent', actor })
    return this.#view(await this.#require(known))
  }

  async cancel(id: string, { actor = null }: Actor = {}): Promise<DeliveryView> {
    const { storage, engine, clock, observe } = this.#ports
    const { status } = await this.#require(id)
    if (status === 'pending')
      await storage.deliveries.cancel({ ids: [String(id)], reason: 'cancelled', now: clock.now() })
    const after = await this.#require(id)
    if (status !== 'pending' || after.status !== 'cancelled')
      throw new ConflictError(`Delivery ${after.id} is ${after.status}; only a pending one can be cancelled.`)
    engine.cancelled(after)
    observe({ name: 'delivery.changed', deliveryId: after.id, change: 'cancelled', actor })
    return this.#view(after)
  }

  async count(filter: DeliveryFilterInput = {}): Promise<DeliveryCount> {
    return countDeliveries(this.#ports, filter)
  }

  async resendAll(filter: DeliveryFilterInput, options?: BulkOptions): Promise<DeliveryCount> {
    return resendAll(this.#ports, filter, options)
  }

  async cancelAll(filter: DeliveryFilterInput, options?: BulkOptions): Promise<DeliveryCount> {
    return cancelAll(this.#ports, filter, options)
  }

  async replay(input: ReplayInput): Promise<ReplayBegun> {
    return replay(this.#ports, input)
  }

  async recover(input: RecoverInput, { actor = null }: Actor = {}): Promise<{ count: number }> {
    const { storage, observe } = this.#ports
    const parsed = parseInput('deliveries.recover', recovering, input)
    const { subscriptionId, dryRun } = parsed
    requireOn(subscriptionId, (await storage.subscriptions.get([subscriptionId]))[0])
    const count = await recover(this.#ports, parsed)
    if (!dryRun) observe({ name: 'deliveries.recovered', subscriptionId, count, actor })
    return { count }
  }

  async #view(delivery: Delivery): Promise<DeliveryView> {
    const [view] = await deliveryViews(this.#ports.storage.subscriptions, [withoutAnswers(delivery)])
    return view as DeliveryView
  }

  async #require(id: string): Promise<Delivery> {
    return known('delivery', id, await this.#ports.storage.deliveries.get(String(id)))
  }
}
