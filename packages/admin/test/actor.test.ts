import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { describe, expect, it } from 'vitest'
import { ROUTES } from '../src/routes.js'
import { MOUNTS } from './mounts.js'
import { customer, dispatcherOn, registration } from './support.js'

// An event that is sent by hand is accepted as any other: that nobody in particular did.
const CHANGING = ROUTES.filter(({ method, name }) => method !== 'GET' && name !== 'sendEvent')

/** Bodies of the routes that want one. */
const BODIES: Readonly<Record<string, object>> = {
  createSubscription: registration,
  updateSubscription: { description: 'changed' },
  patchSubscription: { description: 'changed' },
  recoverDeliveries: { since: '2020-01-01T00:00:00Z' },
  resendAllDeliveries: { since: '2020-01-01T00:00:00Z' },
  cancelAllDeliveries: { since: '2020-01-01T00:00:00Z' },
  replayDeliveries: { since: '2020-01-01T00:00:00Z', which: 'all' },
  pauseAllSubscriptions: { appName: registration.appName },
}

describe.each(Object.entries(MOUNTS))('on %s the observer is told', (_name, open) => {
  it.each(CHANGING.map((route) => [route.name, route] as const))(
    'who did %s',
    async (name, { method, path }) => {
      const { webhooks, observed, receiver } = dispatcherOn(memoryStorage())
      const mount = await open(webhooks)
      const { id } = await webhooks.subscriptions.create(registration)
      receiver.status = 503
      await webhooks.dispatch('customer.created', customer)
      await webhooks.drain()
      const replay = await webhooks.deliveries.replay({ since: 0, which: 'failed' })
      const [delivery] = (await webhooks.deliveries.list()).items
      observed.length = 0
      receiver.status = 200
      const { status, text } = await mount.send({
        method,
        path: path
          .replace('/replays/:id', `/replays/${replay.id}`)
          .replace(':id', id)
          .replace(':deliveryId', delivery?.id ?? ''),
        headers: { 'content-type': 'application/json', 'x-user': 'grace' },
        body: JSON.stringify(BODIES[name] ?? {}),
      })
      expect(status, text).toBeLessThan(300)
      expect(observed).toContainEqual(expect.objectContaining({ actor: 'grace' }))
      await mount.close()
      await webhooks.stop()
    },
  )
})
