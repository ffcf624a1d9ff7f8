import { NotFoundError } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type { FlowContext } from '../flow/context.js'
import { page, type Page } from './cursor.js'
import { splitEventFilter } from './driving-filter.js'
import { pagingSchema, parseInput, windowSchema } from './input.js'
import { deliveryView, eventView, type DeliveryView, type EventView } from './views.js'

/** Which events to list, newest first. */
export interface EventListQuery {
  type?: string | undefined
  siteId?: string | undefined
  /** Accepted at or after; Date, epoch ms or ISO 8601. */
  since?: Date | number | string | undefined
  /** Accepted before. */
  until?: Date | number | string | undefined
  cursor?: string | null | undefined
  /** 1 to 200; default 50. */
  limit?: number | undefined
}

/** An event with what became of it, the newest 200 deliveries. */
export interface EventWithDeliveries extends EventView {
  readonly deliveries: readonly DeliveryView[]
}

const listing = z.strictObject({
  ...pagingSchema,
  ...windowSchema,
  type: z.string().optional(),
  siteId: z.string().optional(),
})

const DELIVERIES_SHOWN = 200

/** `webhooks.events`: what was accepted. */
export class Events {
  readonly #context: FlowContext

  constructor(context: FlowContext) {
    this.#context = context
  }

  /** Filters together may leave a page short though another follows. @throws InvalidOptionsError, InvalidCursorError */
  async list(query: EventListQuery = {}): Promise<Page<EventView>> {
    return page({
      name: 'events',
      query: parseInput('events.list', listing, query),
      split: splitEventFilter,
      read: (rows) => this.#context.storage.events.list(rows),
      position: ({ acceptedAt, id }) => ({ at: acceptedAt, id }),
      view: eventView,
    })
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<EventWithDeliveries> {
    const { storage } = this.#context
    const [event] = await storage.events.get([String(id)])
    if (!event) throw new NotFoundError(`No event has the id ${JSON.stringify(String(id).slice(0, 64))}.`)
    const deliveries = await storage.deliveries.list({
      eventId: event.id,
      after: null,
      limit: DELIVERIES_SHOWN,
    })
    return { ...eventView(event), deliveries: deliveries.map(deliveryView) }
  }
}
