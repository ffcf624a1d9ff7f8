import type { DeliveryReason, DeliveryStatus } from '../core/delivery.js'
import type { InstantInput, Page, PageInput } from './page.js'
import type { ReplayBegun, ReplayInput } from './replays.js'
import type { Actor } from './subscriptions.js'
import type { DeliveryView } from './views.js'

/** Which deliveries to list, newest first. */
export interface DeliveryListQuery extends PageInput, DeliveryFilterInput {}

/** Which deliveries; what is left out does not restrict. */
export interface DeliveryFilterInput {
  subscriptionId?: string | undefined
  eventId?: string | undefined
  status?: DeliveryStatus | undefined
  /** Why it was given up or cancelled. */
  reason?: DeliveryReason | undefined
  type?: string | undefined
  siteId?: string | undefined
  /** Created at or after; Date, epoch ms or ISO 8601. */
  since?: InstantInput | undefined
  /** Created before. */
  until?: InstantInput | undefined
}

/** How something is done with many. */
export interface BulkOptions extends Actor {
  /** Only count. Default `false`. */
  dryRun?: boolean | undefined
}

/** How many there are. */
export interface DeliveryCount {
  readonly count: number
  /** Not everything was looked at: there may be more. */
  readonly atLeast: boolean
}

/** Which failures to send again. */
export interface RecoverInput {
  subscriptionId: string
  /** Failed at or after; Date, epoch ms or ISO 8601. */
  since: InstantInput
  /** Failed before; default: now. */
  until?: InstantInput | undefined
  /** Of events of this site alone. */
  siteId?: string | undefined
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
   * How many a filter finds; 10,000 rows are looked at at most, and then it says that there may be more.
   * @throws InvalidOptionsError naming the filter
   */
  count(filter?: DeliveryFilterInput): Promise<DeliveryCount>
  /**
   * Resends all that a filter finds, tests and what belongs to subscriptions that are off or gone aside; answers how many. What a
   * receiver asked for (`Retry-After`) still counts. A dry run counts as `count` does.
   * @throws InvalidOptionsError when the filter has no field, or naming the one that is wrong
   */
  resendAll(filter: DeliveryFilterInput, options?: BulkOptions): Promise<DeliveryCount>
  /**
   * Cancels all that a filter finds and that is pending; answers how many. A dry run counts as `count` does.
   * @throws InvalidOptionsError when the filter has no field, or naming the one that is wrong
   */
  cancelAll(filter: DeliveryFilterInput, options?: BulkOptions): Promise<DeliveryCount>
  /**
   * Sends what happened in a time again, or what was missed then: a slice at a time, by the workers, within each limit, going
   * on after a crash. Events that are not kept any more are gone, and not counted. `webhooks.replays` tells how far it is.
   * @throws InvalidOptionsError naming the field; NotFoundError; ConflictError when the subscription is off
   */
  replay(input: ReplayInput): Promise<ReplayBegun>
  /**
   * Everything that failed in a time goes out again; answers how many. What was delivered since is not sent.
   * @throws NotFoundError; ConflictError when the subscription is off; InvalidOptionsError naming the field
   */
  recover(input: RecoverInput, by?: Actor): Promise<{ count: number }>
}
