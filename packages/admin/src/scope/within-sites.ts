import { NotFoundError } from '@swigs/webhooks-protocol'
import type { EventListQuery, Events } from '@swigs/webhooks-dispatcher'
import type { ManagedDispatcher } from '../route.js'
import { deliveriesWithin } from './deliveries.js'
import { EMPTY_PAGE, fillPage } from './fill-page.js'
import { replaysWithin } from './replays.js'
import { subscriptionsWithin } from './subscriptions.js'
import { forbidden, visibleTo, type Visible } from './visible.js'

/**
 * A dispatcher as somebody has it who may see some sites alone: every member answers as if there were no others, and those
 * that concern all sites at once refuse. Handlers know nothing of it, and a member that is missing here does not compile.
 */
export const withinSites = (dispatcher: ManagedDispatcher, siteIds: readonly string[]): ManagedDispatcher => {
  const visible = visibleTo(dispatcher, siteIds)
  const onlySite = siteIds.length === 1 ? siteIds[0] : undefined
  return {
    catalogue: dispatcher.catalogue,
    dispatch: async (type, data, options) => {
      if (!visible.site(options.siteId)) throw forbidden('siteId: Name one of your sites.')
      return dispatcher.dispatch(type, data, options)
    },
    subscriptions: subscriptionsWithin(dispatcher.subscriptions, visible),
    deliveries: deliveriesWithin(dispatcher.deliveries, visible, onlySite),
    replays: replaysWithin(dispatcher.replays, visible),
    events: eventsWithin(dispatcher.events, visible, siteIds),
    stats: ofAllSites,
    metrics: ofAllSites,
    meter: () => {
      throw forbidden(OF_ALL)
    },
  }
}

const OF_ALL = 'What is counted is of all sites.'

const ofAllSites = async (): Promise<never> => {
  throw forbidden(OF_ALL)
}

const eventsWithin = (all: Events, visible: Visible, siteIds: readonly string[]): Events => ({
  list: async (query = {}) => {
    if (query.siteId !== undefined && !visible.site(query.siteId)) return EMPTY_PAGE
    // One site is found by an index.
    const own: EventListQuery = siteIds.length === 1 ? { ...query, siteId: siteIds[0] } : query
    return fillPage(
      query,
      (page) => all.list({ ...own, ...page }),
      ({ siteId }) => visible.site(siteId),
    )
  },
  get: async (id) => {
    const event = await all.get(id)
    if (!visible.site(event.siteId)) throw new NotFoundError('There is no such event.')
    const seen = await Promise.all(event.deliveries.map((delivery) => visible.delivery(delivery)))
    return { ...event, deliveries: event.deliveries.filter((_delivery, index) => seen[index]) }
  },
})
