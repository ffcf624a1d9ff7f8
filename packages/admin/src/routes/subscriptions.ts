import { z } from 'zod'
import { defineRoute } from '../define-route.js'
import type { ManagedDispatcher } from '../route.js'
import { barePaging } from '../schemas/common.js'
import { metrics, metricsQuery } from '../schemas/metrics.js'
import {
  newSubscription,
  pause,
  rotation,
  subscription,
  subscriptionChanges,
  testFailed,
  testSent,
} from '../schemas/subscription.js'
import { subscriptionOut } from './views.js'

type Change = { params: { id: string }; body: z.output<typeof subscriptionChanges>; actor: string | null }

const change = async ({ subscriptions }: ManagedDispatcher, { params, body, actor }: Change) => ({
  result: subscriptionOut(await subscriptions.update(params.id, body, { actor })),
})

export const subscriptionRoutes = [
  defineRoute({
    name: 'listSubscriptions',
    method: 'GET',
    path: '/',
    summary: 'Subscriptions, newest first',
    query: z.strictObject(barePaging),
    result: z.array(subscription),
    linked: true,
    handle: async ({ subscriptions }, { query }) => {
      const { items, nextCursor } = await subscriptions.list(query)
      return { result: items.map(subscriptionOut), nextCursor }
    },
  }),
  defineRoute({
    name: 'createSubscription',
    method: 'POST',
    path: '/',
    summary: 'Register a subscription; the only answer with its secret in full',
    body: newSubscription,
    status: 201,
    result: subscription,
    handle: async ({ subscriptions }, { body, actor }) => ({
      result: subscriptionOut(await subscriptions.create(body, { actor })),
    }),
  }),
  defineRoute({
    name: 'getSubscription',
    method: 'GET',
    path: '/:id',
    summary: 'One subscription',
    result: subscription,
    handle: async ({ subscriptions }, { params }) => ({
      result: subscriptionOut(await subscriptions.get(params.id)),
    }),
  }),
  defineRoute({
    name: 'getMetrics',
    method: 'GET',
    path: '/:id/metrics',
    summary: 'What came of its attempts, by time',
    query: metricsQuery,
    result: metrics,
    handle: async ({ subscriptions }, { params, query }) => ({
      result: await subscriptions.metrics(params.id, query),
    }),
  }),
  defineRoute({
    name: 'updateSubscription',
    method: 'PUT',
    path: '/:id',
    summary: 'Replace the given fields',
    body: subscriptionChanges,
    result: subscription,
    handle: change,
  }),
  defineRoute({
    name: 'patchSubscription',
    method: 'PATCH',
    path: '/:id',
    summary: 'Replace the given fields, as PUT does',
    body: subscriptionChanges,
    result: subscription,
    handle: change,
  }),
  defineRoute({
    name: 'removeSubscription',
    method: 'DELETE',
    path: '/:id',
    summary: 'Remove a subscription; what is pending for it is cancelled',
    result: z.object({ message: z.literal('Subscription deleted') }),
    handle: async ({ subscriptions }, { params, actor }) => {
      await subscriptions.remove(params.id, { actor })
      return { result: { message: 'Subscription deleted' } as const }
    },
  }),
  defineRoute({
    name: 'testSubscription',
    method: 'POST',
    path: '/:id/test',
    summary: 'Send a test event now, once',
    result: testSent,
    failure: { status: 500, result: testFailed },
    handle: async ({ subscriptions }, { params, actor }) => {
      const { delivered, error, ...came } = await subscriptions.test(params.id, { actor })
      if (delivered) return { result: { success: true as const, message: 'Test webhook sent', ...came } }
      return { failure: { success: false as const, error: error ?? 'The test was not delivered', ...came } }
    },
  }),
  defineRoute({
    name: 'rotateSecret',
    method: 'POST',
    path: '/:id/rotate-secret',
    summary: 'Make a new secret; the old one signs beside it for a while',
    body: rotation,
    result: subscription,
    handle: async ({ subscriptions }, { params, body, actor }) => ({
      result: subscriptionOut(await subscriptions.rotateSecret(params.id, { ...body, actor })),
    }),
  }),
  defineRoute({
    name: 'releaseSubscription',
    method: 'POST',
    path: '/:id/release',
    summary: 'End what holds its deliveries back: a Retry-After, a quarantine; the rate limit stays',
    result: subscription,
    handle: async ({ subscriptions }, { params, actor }) => {
      await subscriptions.release(params.id, { actor })
      return { result: subscriptionOut(await subscriptions.get(params.id)) }
    },
  }),
  defineRoute({
    name: 'pauseSubscription',
    method: 'POST',
    path: '/:id/pause',
    summary: 'Send nothing for now; what happens waits for resume. keep: false switches it off',
    body: pause,
    result: subscription,
    handle: async ({ subscriptions }, { params, body, actor }) => ({
      result: subscriptionOut(await subscriptions.pause(params.id, { ...body, actor })),
    }),
  }),
  defineRoute({
    name: 'resumeSubscription',
    method: 'POST',
    path: '/:id/resume',
    summary: 'Send again, beginning with what has waited; also ends an off, and what holds it back',
    result: subscription,
    handle: async ({ subscriptions }, { params, actor }) => ({
      result: subscriptionOut(await subscriptions.resume(params.id, { actor })),
    }),
  }),
] as const
