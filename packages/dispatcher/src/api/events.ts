import type { InstantInput, Page, PageInput } from './page.js'
import type { DeliveryView, EventView } from './views.js'

/** Which events to list, newest first. */
export interface EventListQuery extends PageInput {
  type?: string | undefined
  siteId?: string | undefined
  /** Accepted at or after; Date, epoch ms or ISO 8601. */
  since?: InstantInput | undefined
  /** Accepted before. */
  until?: InstantInput | undefined
}

/** An event with what became of it, the newest 200 deliveries. */
export interface EventWithDeliveries extends EventView {
  readonly deliveries: readonly DeliveryView[]
}

/** `webhooks.events`: what was accepted. */
export interface Events {
  /**
   * Newest first. Filters together may leave a page short though another follows.
   * @throws InvalidOptionsError naming the filter; InvalidCursorError
   */
  list(query?: EventListQuery): Promise<Page<EventView>>
  /** With its deliveries. @throws NotFoundError */
  get(id: string): Promise<EventWithDeliveries>
}
