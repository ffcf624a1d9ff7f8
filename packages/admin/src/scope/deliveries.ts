import { NotFoundError } from '@swigs/webhooks-protocol'
import type { Deliveries, DeliveryFilterInput } from '@swigs/webhooks-dispatcher'
import { EMPTY_PAGE, fillPage } from './fill-page.js'
import { forbidden, type Visible } from './visible.js'

/** The deliveries of some sites: those that their own subscriptions were sent. */
export const deliveriesWithin = (all: Deliveries, visible: Visible): Deliveries => {
  const require = async (id: string) => {
    const delivery = await all.get(id)
    if (await visible.delivery(delivery)) return delivery
    throw new NotFoundError('There is no such delivery.')
  }
  // What a filter finds without both is of other sites too, and nobody would see it go: also one of theirs may have had others once.
  const requireOwn = async ({
    subscriptionId,
    siteId,
  }: Pick<DeliveryFilterInput, 'subscriptionId' | 'siteId'>) => {
    if (subscriptionId === undefined) throw forbidden('subscriptionId: Name one of your subscriptions.')
    if (!visible.site(siteId)) throw forbidden('siteId: Name one of your sites.')
    await visible.requireSubscription(subscriptionId)
  }

  return {
    count: async (filter = {}) => {
      await requireOwn(filter)
      return all.count(filter)
    },
    resendAll: async (filter, options) => {
      await requireOwn(filter)
      return all.resendAll(filter, options)
    },
    cancelAll: async (filter, options) => {
      await requireOwn(filter)
      return all.cancelAll(filter, options)
    },
    replay: async (input) => {
      await requireOwn(input)
      return all.replay(input)
    },
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
