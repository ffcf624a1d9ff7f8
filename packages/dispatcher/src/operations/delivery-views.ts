import type { DeliveryView } from '../api/views.js'
import type { Delivery } from '../core/delivery.js'
import { maySend } from '../core/subscription.js'
import type { SubscriptionStore } from '../ports/storage/subscriptions.js'
import { deliveryView } from './views.js'

/** Deliveries as people see them: what waits for its subscription says so. */
export const deliveryViews = async (
  store: Pick<SubscriptionStore, 'get'>,
  deliveries: readonly Delivery[],
): Promise<DeliveryView[]> => {
  const pending = deliveries.filter(({ status }) => status === 'pending')
  const ids = [...new Set(pending.map(({ subscriptionId }) => subscriptionId))]
  const subscriptions = ids.length > 0 ? await store.get(ids) : []
  const paused = new Set(subscriptions.filter((one) => !maySend(one)).map(({ id }) => id))
  return deliveries.map((delivery) => deliveryView(delivery, paused.has(delivery.subscriptionId)))
}
