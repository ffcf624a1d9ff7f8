import type { SubscriptionInput, Subscriptions } from '@swigs/webhooks-dispatcher'
import { fillPage } from './fill-page.js'
import { onceSeen } from './once-seen.js'
import { forbidden, type Visible } from './visible.js'

/** The subscriptions of some sites. */
export const subscriptionsWithin = (all: Subscriptions, visible: Visible): Subscriptions => {
  const requireSites = (filters: SubscriptionInput['filters']) => {
    const siteIds = (filters?.siteIds ?? []).map(String)
    if (!visible.subscription({ filters: { siteIds } }))
      throw forbidden('filters.siteIds: Name one or more of your sites, and no other.')
  }
  const own = onceSeen(visible.requireSubscription)

  return {
    create: async (input, by) => {
      requireSites(input.filters)
      return all.create(input, by)
    },
    get: (id) => visible.requireSubscription(id),
    list: (query = {}) => fillPage(query, (page) => all.list(page), visible.subscription),
    update: async (id, input, by) => {
      await visible.requireSubscription(id)
      if (input.filters !== undefined) requireSites(input.filters)
      return all.update(id, input, by)
    },
    remove: own((id, by) => all.remove(id, by)),
    rotateSecret: own((id, options) => all.rotateSecret(id, options)),
    release: own((id, by) => all.release(id, by)),
    pause: own((id, options) => all.pause(id, options)),
    resume: own((id, by) => all.resume(id, by)),
    pauseAll: async (input) => {
      if (input.ids === undefined) throw forbidden('ids: Name your subscriptions.')
      for (const id of input.ids) await visible.requireSubscription(id)
      return all.pauseAll(input)
    },
    metrics: own((id, query) => all.metrics(id, query)),
    test: async (id, options) => {
      await visible.requireSubscription(id)
      const siteId = options?.siteId ?? null
      if (siteId !== null && !visible.site(siteId)) throw forbidden('siteId: Name one of your sites.')
      return all.test(id, options)
    },
  }
}
