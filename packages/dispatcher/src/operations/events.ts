import { z } from 'zod'
import type { EventListQuery, Events, EventWithDeliveries } from '../api/events.js'
import type { Page } from '../api/page.js'
import type { EventView } from '../api/views.js'
import type { StoredEvent } from '../core/event.js'
import { pagingSchema, windowSchema } from '../input/fields.js'
import { parseInput } from '../input/parse-input.js'
import type { Storage } from '../ports/storage/storage.js'
import { deliveryViews } from './delivery-views.js'
import { known } from './known.js'
import { listPage } from './list-page.js'
import { splitEventFilter } from '../flow/lists/served-filter.js'
import { eventView } from './views.js'

const listing = z.strictObject({
  ...pagingSchema,
  ...windowSchema,
  type: z.string().optional(),
  siteId: z.string().optional(),
})

const DELIVERIES_SHOWN = 200

export class EventOperations implements Events {
  readonly #storage: Pick<Storage, 'events' | 'deliveries' | 'subscriptions'>

  constructor(storage: Pick<Storage, 'events' | 'deliveries' | 'subscriptions'>) {
    this.#storage = storage
  }

  async list(query: EventListQuery = {}): Promise<Page<EventView>> {
    return listPage({
      name: 'events',
      query: parseInput('events.list', listing, query),
      split: splitEventFilter,
      read: (rows) => this.#storage.events.list(rows),
      position: ({ acceptedAt, id }: StoredEvent) => ({ at: acceptedAt, id }),
      view: eventView,
    })
  }

  async get(id: string): Promise<EventWithDeliveries> {
    const event = known('event', id, (await this.#storage.events.get([String(id)]))[0])
    const query = { eventId: event.id, after: null, limit: DELIVERIES_SHOWN }
    const deliveries = await this.#storage.deliveries.list(query)
    return { ...eventView(event), deliveries: await deliveryViews(this.#storage.subscriptions, deliveries) }
  }
}
