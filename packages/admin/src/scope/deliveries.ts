import { NotFoundError } from '@swigs/webhooks-protocol'
import type { Deliveries } from '@swigs/webhooks-dispatcher'
import { EMPTY_PAGE, fillPage } from './fill-page.js'
import type { Visible } from './visible.js'

/** The deliveries of some sites: those that their own subscriptions were sent. */
export const deliveriesWithin = (all: Deliveries, visible: Visible): Deliveries => {
  const require = async (id: string) => {
    const delivery = await all.get(id)
    if (await visible.delivery(delivery)) return delivery
    throw new NotFoundError('There is no such delivery.')
  }

  return {
    list: async (query = {}) => {
      const { siteId, subscriptionId } = query
      if (siteId !== undefined && !visible.site(siteId)) return EMPTY_PAGE
      if (subscriptionId !== undefined && !(await visible.isSubscriptionId(subscriptionId))) return EMPTY_PAGE
      return fillPage(query, (page) => all.list({ ...query, ...page }), visible.delivery)
    },
    get: require,
    resend: async (id, by) => {
      await require(id)
      return all.resend(id, by)
    },
    cancel: async (id, by) => {
      await require(id)
      return all.cancel(id, by)
    },
    recover: async (input, by) => {
      await visible.requireSubscription(input.subscriptionId)
      return all.recover(input, by)
    },
  }
}
