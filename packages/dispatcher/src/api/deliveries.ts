import type { DeliveryStatus } from '../core/delivery.js'
import type { InstantInput, Page, PageInput } from './page.js'
import type { Actor } from './subscriptions.js'
import type { DeliveryView } from './views.js'

/** Which deliveries to list, newest first. */
export interface DeliveryListQuery extends PageInput {
  subscriptionId?: string | undefined
  eventId?: string | undefined
  status?: DeliveryStatus | undefined
  type?: string | undefined
  siteId?: string | undefined
  /** Created at or after; Date, epoch ms or ISO 8601. */
  since?: InstantInput | undefined
  /** Created before. */
  until?: InstantInput | undefined
}

/** Which failures to send again. */
export interface RecoverInput {
  subscriptionId: string
  /** Failed at or after; Date, epoch ms or ISO 8601. */
  since: InstantInput
  /** Failed before; default: now. */
  until?: InstantInput | undefined
  /** Only count. Default `false`. */
  dryRun?: boolean | undefined
}

/** A delivery with the request that it makes. */
export interface DeliveryDetail extends DeliveryView {
  /** `null` when its event is no longer kept. */
  readonly request: RequestView | null
}

/** The request of a delivery's latest attempt, or of the first one to come; signatures and secret-like values masked. */
export interface RequestView {
  readonly method: 'POST'
  /** As the subscription has it now; `null` when that was removed. */
  readonly url: string | null
  readonly headers: Readonly<Record<string, string>>
  /** Byte for byte what is sent. */
  readonly body: string
}

/** `webhooks.deliveries`: one event for one subscription each, with its attempts. */
export interface Deliveries {
  /**
   * Newest first, without what receivers answered; by `siteId`, or by `type` alone, in the order of their events. Filters
   * together may leave a page short though another follows.
   * @throws InvalidOptionsError naming the filter; InvalidCursorError
   */
  list(query?: DeliveryListQuery): Promise<Page<DeliveryView>>
  /** With its request, and what came back at each attempt. @throws NotFoundError */
  get(id: string): Promise<DeliveryDetail>
  /**
   * Sends a delivered, failed or cancelled delivery again: same event id, a fresh retry schedule. A pending one becomes due
   * at once, and a hold of its subscription ends; the rate limit stays.
   * @throws NotFoundError; ConflictError when its subscription was removed, or is off
   */
  resend(id: string, by?: Actor): Promise<DeliveryView>
  /** Gives a pending delivery up. @throws NotFoundError; ConflictError when it is not pending */
  cancel(id: string, by?: Actor): Promise<DeliveryView>
  /**
   * Everything that failed in a time goes out again; answers how many. What was delivered since is not sent.
   * @throws NotFoundError; InvalidOptionsError naming the field
   */
  recover(input: RecoverInput, by?: Actor): Promise<{ count: number }>
}
