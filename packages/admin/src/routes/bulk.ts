import { defineRoute } from '../define-route.js'
import { bulkChange, deliveryCount, deliveryFilter, manyPauses, paused } from '../schemas/bulk.js'

/** What is done with all that a filter finds; its paths stand before those with an id. */
export const bulkRoutes = [
  defineRoute({
    name: 'countDeliveries',
    method: 'GET',
    path: '/deliveries/count',
    summary: 'How many deliveries a filter finds, as far as 10,000 rows tell',
    query: deliveryFilter,
    result: deliveryCount,
    handle: async ({ deliveries }, { query }) => ({ result: await deliveries.count(query) }),
  }),
  defineRoute({
    name: 'resendAllDeliveries',
    method: 'POST',
    path: '/deliveries/resend-all',
    summary: 'Send again all that a filter finds; dryRun only counts',
    body: bulkChange,
    result: deliveryCount,
    handle: async ({ deliveries }, { body: { dryRun, ...filter }, actor }) => ({
      result: await deliveries.resendAll(filter, { dryRun, actor }),
    }),
  }),
  defineRoute({
    name: 'cancelAllDeliveries',
    method: 'POST',
    path: '/deliveries/cancel-all',
    summary: 'Give up all that a filter finds and that is pending; dryRun only counts',
    body: bulkChange,
    result: deliveryCount,
    handle: async ({ deliveries }, { body: { dryRun, ...filter }, actor }) => ({
      result: await deliveries.cancelAll(filter, { dryRun, actor }),
    }),
  }),
  defineRoute({
    name: 'pauseAllSubscriptions',
    method: 'POST',
    path: '/pause-all',
    summary: 'Pause all subscriptions that fit; dryRun only counts',
    body: manyPauses,
    result: paused,
    handle: async ({ subscriptions }, { body, actor }) => ({
      result: await subscriptions.pauseAll({ ...body, actor }),
    }),
  }),
] as const
