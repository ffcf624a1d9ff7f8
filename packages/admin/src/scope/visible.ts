import { isWebhooksError, NotFoundError, WebhooksError } from '@swigs/webhooks-protocol'
import type { DeliveryView, SubscriptionView } from '@swigs/webhooks-dispatcher'
import type { ManagedDispatcher } from '../route.js'

/** What somebody who may see some sites is told of what concerns the others too. */
export const forbidden = (message: string) => new WebhooksError('FORBIDDEN', message)

/** What is seen of these sites, and no other. */
export interface Visible {
  /** An event's site: one of these. What happened on no site concerns all of them. */
  site(siteId: unknown): boolean
  /** It takes events of these sites alone. One without sites takes those of all. */
  subscription(view: Pick<SubscriptionView, 'filters'>): boolean
  /** @throws NotFoundError unless it is visible. */
  requireSubscription(id: string): Promise<SubscriptionView>
  isSubscriptionId(id: string): Promise<boolean>
  /** Made for a subscription that is visible, of an event of these sites or of none. */
  delivery(view: Pick<DeliveryView, 'siteId' | 'subscriptionId'>): Promise<boolean>
}

/** Answers for one request: what is looked up is looked up once. */
export const visibleTo = (
  { subscriptions }: Pick<ManagedDispatcher, 'subscriptions'>,
  siteIds: readonly string[],
): Visible => {
  const sites = new Set(siteIds)
  const known = new Map<string, Promise<SubscriptionView | null>>()

  const site: Visible['site'] = (siteId) => typeof siteId === 'string' && sites.has(siteId)
  const subscription: Visible['subscription'] = ({ filters }) =>
    filters.siteIds.length > 0 && filters.siteIds.every((siteId) => sites.has(siteId))
  const lookUp = async (id: string): Promise<SubscriptionView | null> => {
    try {
      const view = await subscriptions.get(id)
      return subscription(view) ? view : null
    } catch (error) {
      if (isWebhooksError(error, 'NOT_FOUND')) return null
      throw error
    }
  }
  const find = (id: string) => {
    const found = known.get(id) ?? lookUp(id)
    known.set(id, found)
    return found
  }

  return {
    site,
    subscription,
    requireSubscription: async (id) => {
      const view = await find(id)
      if (view) return view
      throw new NotFoundError('There is no such subscription.')
    },
    isSubscriptionId: async (id) => (await find(id)) !== null,
    delivery: async ({ siteId, subscriptionId }) =>
      (siteId === null || sites.has(siteId)) && (await find(subscriptionId)) !== null,
  }
}
