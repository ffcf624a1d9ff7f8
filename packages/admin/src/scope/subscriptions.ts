import type { SubscriptionInput, Subscriptions } from '@swigs/webhooks-dispatcher'
import { fillPage } from './fill-page.js'
import { forbidden, type Visible } from './visible.js'

/** The subscriptions of some sites. */
export const subscriptionsWithin = (all: Subscriptions, visible: Visible): Subscriptions => {
  const requireSites = (filters: SubscriptionInput['filters']) => {
    const siteIds = (filters?.siteIds ?? []).map(String)
    if (!visible.subscription({ filters: { siteIds } }))
      throw forbidden('filters.siteIds: Name one or more of your sites, and no other.')
  }

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
    remove: async (id, by) => {
      await visible.requireSubscription(id)
      return all.remove(id, by)
    },
    rotateSecret: async (id, options) => {
      await visible.requireSubscription(id)
      return all.rotateSecret(id, options)
    },
    release: async (id, by) => {
      await visible.requireSubscription(id)
      return all.release(id, by)
    },
    pause: async (id, options) => {
      await visible.requireSubscription(id)
      return all.pause(id, options)
    },
    resume: async (id, by) => {
      await visible.requireSubscription(id)
      return all.resume(id, by)
    },
    pauseAll: async (input) => {
      if (input.ids === undefined) throw forbidden('ids: Name your subscriptions.')
      for (const id of input.ids) await visible.requireSubscription(id)
      return all.pauseAll(input)
    },
    metrics: async (id, query) => {
      await visible.requireSubscription(id)
      return all.metrics(id, query)
    },
    test: async (id, options) => {
      await visible.requireSubscription(id)
      const siteId = options?.siteId ?? null
      if (siteId !== null && !visible.site(siteId)) throw forbidden('siteId: Name one of your sites.')
      return all.test(id, options)
    },
  }
}
