import type { DeliveryView, SubscriptionView } from '@swigs/webhooks-dispatcher'
import { explainDelivery } from '../explain-delivery.js'

/** With `_id`, as SWIGS' own routes had it. */
export const subscriptionOut = (view: SubscriptionView) => ({ _id: view.id, ...view })

export const deliveryOut = <D extends DeliveryView>(view: D) => ({
  ...view,
  explanation: explainDelivery(view),
})
