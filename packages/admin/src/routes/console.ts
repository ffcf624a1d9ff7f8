import { defineRoute } from '../define-route.js'
import { catalogue, eventToSend, me, meQuery, sent } from '../schemas/console.js'
import { listTypes } from './views.js'

export const consoleRoutes = [
  defineRoute({
    name: 'getMe',
    method: 'GET',
    path: '/me',
    summary: 'Who asks, whose webhooks they may see, and what they may do',
    isAlwaysAllowed: true,
    query: meQuery,
    result: me,
    handle: async ({ subscriptions }, { query: { subscriptionId }, actor, access }) => {
      const subscription = subscriptionId === undefined ? null : await subscriptions.get(subscriptionId)
      const { siteIds } = access
      return { result: { actor, siteIds, may: await access.allowed(subscription) } }
    },
  }),
  defineRoute({
    name: 'getCatalogue',
    method: 'GET',
    path: '/catalogue',
    summary: 'What may be sent: the types of the catalogue, or anything where there is none',
    result: catalogue,
    handle: async (dispatcher) => ({
      result: { isOpen: dispatcher.catalogue === undefined, types: listTypes(dispatcher.catalogue) },
    }),
  }),
  defineRoute({
    name: 'sendEvent',
    method: 'POST',
    path: '/send',
    summary: 'Send an event by hand, to all that subscribe or to one; only where the app allows it',
    optIn: 'allowSend',
    body: eventToSend,
    result: sent,
    handle: async (dispatcher, { body: { type, data, siteId = null, subscriptionId }, actor }) => {
      if (subscriptionId === undefined) {
        const { id } = await dispatcher.dispatch(type, data, { siteId })
        return { result: { eventId: id, test: null } }
      }
      const test = await dispatcher.subscriptions.test(subscriptionId, { type, data, siteId, actor })
      return { result: { eventId: test.eventId, test } }
    },
  }),
] as const
