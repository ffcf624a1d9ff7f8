import { defineRoute } from '../define-route.js'
import {
  allDeliveries,
  deliveriesOfSubscription,
  delivery,
  deliveryDetail,
  deliveryPage,
  recovered,
  recovery,
  recoveryQuery,
} from '../schemas/delivery.js'
import { deliveryOut } from './views.js'

export const deliveryRoutes = [
  defineRoute({
    name: 'listDeliveries',
    method: 'GET',
    path: '/deliveries',
    summary: 'Deliveries, newest first',
    query: allDeliveries,
    result: deliveryPage,
    handle: async ({ deliveries }, { query }) => {
      const { items, nextCursor } = await deliveries.list(query)
      return { result: { items: items.map(deliveryOut), nextCursor } }
    },
  }),
  defineRoute({
    name: 'getDelivery',
    method: 'GET',
    path: '/deliveries/:deliveryId',
    summary: 'One delivery with its request, its attempts and what came back',
    result: deliveryDetail,
    handle: async ({ deliveries }, { params }) => ({
      result: deliveryOut(await deliveries.get(params.deliveryId)),
    }),
  }),
  defineRoute({
    name: 'resendDelivery',
    method: 'POST',
    path: '/deliveries/:deliveryId/resend',
    summary: 'Send it again, with the same event id',
    result: delivery,
    handle: async ({ deliveries }, { params, actor }) => ({
      result: deliveryOut(await deliveries.resend(params.deliveryId, { actor })),
    }),
  }),
  defineRoute({
    name: 'cancelDelivery',
    method: 'POST',
    path: '/deliveries/:deliveryId/cancel',
    summary: 'Give a pending delivery up',
    result: delivery,
    handle: async ({ deliveries }, { params, actor }) => ({
      result: deliveryOut(await deliveries.cancel(params.deliveryId, { actor })),
    }),
  }),
  defineRoute({
    name: 'listDeliveriesOfSubscription',
    method: 'GET',
    path: '/:id/deliveries',
    summary: 'Deliveries of one subscription, newest first',
    query: deliveriesOfSubscription,
    result: deliveryPage,
    handle: async ({ subscriptions, deliveries }, { params, query }) => {
      const { id: subscriptionId } = await subscriptions.get(params.id)
      const { items, nextCursor } = await deliveries.list({ ...query, subscriptionId })
      return { result: { items: items.map(deliveryOut), nextCursor } }
    },
  }),
  defineRoute({
    name: 'recoverDeliveries',
    method: 'POST',
    path: '/:id/recover',
    summary: 'Send everything again that failed in a time; what was delivered since is left alone',
    query: recoveryQuery,
    body: recovery,
    result: recovered,
    handle: async ({ deliveries }, { params, query: { dryRun }, body, actor }) => {
      const { count } = await deliveries.recover({ subscriptionId: params.id, ...body, dryRun }, { actor })
      return { result: { count, dryRun } }
    },
  }),
] as const
