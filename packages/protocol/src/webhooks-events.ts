import { z } from 'zod'
import { defineEvents } from './define-events.js'

const instant = z.iso.datetime()

const health = {
  subscriptionId: z.string(),
  appName: z.string(),
  failingSince: instant,
  at: instant,
}

const example = {
  subscriptionId: 'sub_0190a2136fe81875d5bd7c377c7afd40',
  appName: 'swigs-workflow',
  failingSince: '2026-02-01T04:00:00.000Z',
  at: '2026-02-01T10:00:00.000Z',
}

const lastError = z.string().nullable()

/**
 * What a dispatcher itself tells of, to subscriptions that ask for it by name (`webhooks.subscription.failing`, `webhooks.*`); never
 * to `*`, and never to the subscription that it is about. To be received with types:
 * @example
 * createReceiver({ secret, events: { ...swigsEvents, ...webhooksEvents } })
 */
export const webhooksEvents = defineEvents({
  'webhooks.subscription.failing': {
    description: 'Nothing but failures came from a subscription for some time.',
    schema: z.object({ ...health, lastError }),
    example: { ...example, lastError: 'The receiver answered 503' },
  },
  'webhooks.subscription.recovered': {
    description: 'A subscription that was failing was delivered to again.',
    schema: z.object(health),
    example,
  },
  'webhooks.subscription.disabled': {
    description: 'A subscription was switched off, as it had failed for too long.',
    schema: z.object({ ...health, lastError }),
    example: { ...example, lastError: 'The receiver answered 503' },
  },
})
