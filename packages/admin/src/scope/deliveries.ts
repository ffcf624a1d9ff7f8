import { NotFoundError } from '@swigs/webhooks-protocol'
import type { Deliveries } from '@swigs/webhooks-dispatcher'
import { EMPTY_PAGE, fillPage } from './fill-page.js'
import { onceSeen } from './once-seen.js'
import { forbidden, type Visible } from './visible.js'

/** The deliveries of some sites: those that their own subscriptions were sent. */
export const deliveriesWithin = (
  all: Deliveries,
  visible: Visible,
  onlySite: string | undefined,
): Deliveries => {
  const require = async (id: string) => {
    const delivery = await all.get(id)
    if (await visible.delivery(delivery)) return delivery
    throw new NotFoundError('There is no such delivery.')
  }
  const seen = onceSeen(require)

  /** Many at once: to one of their own endpoints, of one of their sites. */
  const many = async <F extends { subscriptionId?: string | undefined; siteId?: string | undefined }>(
    filter: F,
  ): Promise<F> => {
    const { subscriptionId, siteId = onlySite } = filter
    if (subscriptionId === undefined) throw forbidden('subscriptionId: Name one of your endpoints.')
    await visible.requireSubscription(subscriptionId)
    if (!visible.site(siteId)) throw forbidden('siteId: Name one of your sites.')
    return { ...filter, siteId }
  }

  return {
    list: async (query = {}) => {
      const { siteId, subscriptionId } = query
      if (siteId !== undefined && !visible.site(siteId)) return EMPTY_PAGE
      if (subscriptionId !== undefined && !(await visible.isSubscriptionId(subscriptionId))) return EMPTY_PAGE
      return fillPage(query, (page) => all.list({ ...query, ...page }), visible.delivery)
    },
    get: require,
    resend: seen((id, by) => all.resend(id, by)),
    cancel: seen((id, by) => all.cancel(id, by)),
    count: async (filter = {}) => all.count(await many(filter)),
    resendAll: async (filter, options) => all.resendAll(await many(filter), options),
    cancelAll: async (filter, options) => all.cancelAll(await many(filter), options),
    replay: async (input) => all.replay(await many(input)),
    recover: async (input, by) => all.recover(await many(input), by),
  }
}
