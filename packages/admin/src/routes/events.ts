import { defineRoute } from '../define-route.js'
import { eventDetail, eventPage, eventQuery, eventTypes, stats } from '../schemas/event.js'
import { metrics, metricsQuery } from '../schemas/metrics.js'
import { deliveryOut, listTypes } from './views.js'

export const eventRoutes = [
  defineRoute({
    name: 'listEvents',
    method: 'GET',
    path: '/events',
    summary: 'Events that were accepted, newest first',
    query: eventQuery,
    result: eventPage,
    handle: async ({ events }, { query }) => ({ result: await events.list(query) }),
  }),
  defineRoute({
    name: 'getEvent',
    method: 'GET',
    path: '/events/:eventId',
    summary: 'One event with its deliveries',
    result: eventDetail,
    handle: async ({ events }, { params }) => {
      const { deliveries, ...event } = await events.get(params.eventId)
      return { result: { ...event, deliveries: deliveries.map(deliveryOut) } }
    },
  }),
  defineRoute({
    name: 'listEventTypes',
    method: 'GET',
    path: '/event-types',
    summary: 'The catalogue: what this app can send, with a JSON Schema and an example each',
    result: eventTypes,
    handle: async ({ catalogue }) => ({ result: listTypes(catalogue) }),
  }),
  defineRoute({
    name: 'getStats',
    method: 'GET',
    path: '/stats',
    summary: 'How much there is to do',
    isOfAllSites: true,
    result: stats,
    handle: async (dispatcher) => ({ result: await dispatcher.stats() }),
  }),
  defineRoute({
    name: 'getStatsMetrics',
    method: 'GET',
    path: '/stats/metrics',
    summary: 'What came of the attempts of all subscriptions together, by time',
    isOfAllSites: true,
    query: metricsQuery,
    result: metrics,
    handle: async (dispatcher, { query }) => ({ result: await dispatcher.metrics(query) }),
  }),
] as const
