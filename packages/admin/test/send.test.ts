import { createDispatcher, memoryStorage } from '@swigs/webhooks-dispatcher'
import { swigsEvents } from '@swigs/webhooks-protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { adminHandler } from '../src/fetch.js'
import { accessWorld, OURS, type AccessWorld } from './access-world.js'
import { MOUNTS } from './mounts.js'
import { customer } from './support.js'

let world: AccessWorld | undefined
afterEach(() => world?.close())

describe.each(Object.keys(MOUNTS))('sending by hand, on %s', (mountName) => {
  it('is refused unless the app allows it, and /me does not offer it', async () => {
    world = await accessWorld(mountName, {})
    const sent = await world.call('POST', '/send', { type: 'customer.created', data: customer })
    expect([sent.status, sent.body.message]).toEqual([403, expect.stringContaining('allowSend')])
    expect((await world.call('GET', '/me')).body.may).not.toContain('POST /send')
  })

  it('goes to all that subscribe, as an event of its site', async () => {
    world = await accessWorld(mountName, { allowSend: true })
    const { call, webhooks } = world
    expect((await call('GET', '/me')).body.may).toContain('POST /send')
    const { status, body } = await call('POST', '/send', {
      type: 'customer.created',
      data: customer,
      siteId: OURS,
    })
    expect([status, body.test]).toEqual([200, null])
    await webhooks.drain()
    const event = await webhooks.events.get(body.eventId as string)
    expect([event.siteId, event.deliveries.length]).toEqual([OURS, 3])
  })

  it('goes to one alone, at once, once, and tells what came back', async () => {
    world = await accessWorld(mountName, { allowSend: true })
    const { call, webhooks, receiver, subscriptions } = world
    receiver.status = 503
    const { status, body } = await call('POST', '/send', {
      type: 'order.shipped',
      data: swigsEvents['order.shipped'].example,
      subscriptionId: subscriptions.theirs,
    })
    expect([status, body.test]).toMatchObject([200, { delivered: false, statusCode: 503 }])
    const event = await webhooks.events.get(body.eventId as string)
    expect(event.type).toBe('order.shipped')
    expect(event.deliveries).toMatchObject([{ subscriptionId: subscriptions.theirs, status: 'failed' }])
  })

  it('names the field that its type does not take', async () => {
    world = await accessWorld(mountName, { allowSend: true })
    const { call, subscriptions } = world
    for (const subscriptionId of [undefined, subscriptions.ours]) {
      const wrong = { ...customer, email: 5 }
      const { status, body } = await call('POST', '/send', {
        type: 'customer.created',
        data: wrong,
        subscriptionId,
      })
      expect([status, body.issues]).toMatchObject([400, [{ path: 'email' }]])
      expect((await call('POST', '/send', { type: 'order.exploded', data: {}, subscriptionId })).status).toBe(
        400,
      )
    }
  })

  it('finds what may be sent in the catalogue', async () => {
    world = await accessWorld(mountName, {})
    const { body } = await world.call('GET', '/catalogue')
    expect(body.isOpen).toBe(false)
    expect((body.types as { type: string }[]).map(({ type }) => type)).toEqual(Object.keys(swigsEvents))
  })
})

describe('without a catalogue', () => {
  it('anything well-formed may be sent, up to the longest event', async () => {
    const webhooks = createDispatcher({ storage: memoryStorage(), maxPayloadBytes: 500 })
    const handle = adminHandler(webhooks, { authorize: 'none', allowSend: true })
    const post = (body: object) =>
      handle(
        new Request('http://localhost/send', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      )
    const response = await handle(new Request('http://localhost/catalogue'))
    expect(await response.json()).toEqual({ isOpen: true, types: [] })
    expect((await post({ type: 'anything.goes', data: { n: 1 } })).status).toBe(200)
    expect((await post({ type: 'Not A Type', data: { n: 1 } })).status).toBe(400)
    expect((await post({ type: 'anything.goes' })).status).toBe(400)
    const { id: subscriptionId } = await webhooks.subscriptions.create({
      appName: 'x',
      url: 'https://192.0.43.8/',
      events: ['*'],
    })
    for (const to of [{}, { subscriptionId }]) {
      const long = await post({ type: 'anything.goes', data: 'x'.repeat(500), ...to })
      expect([long.status, ((await long.json()) as { message: string }).message]).toEqual([
        400,
        expect.stringContaining('maxPayloadBytes'),
      ])
    }
    await webhooks.stop()
  })
})
