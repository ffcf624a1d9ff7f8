import { afterEach, describe, expect, it } from 'vitest'
import { adminHandler } from '../src/fetch.js'
import { adminRoutes, type Asked } from '../src/index.js'
import { accessWorld, type AccessWorld } from './access-world.js'
import { MOUNTS } from './mounts.js'
import { customer } from './support.js'

let world: AccessWorld | undefined
afterEach(() => world?.close())

describe.each(Object.keys(MOUNTS))('can, on %s', (mountName) => {
  it('lets one read and another write', async () => {
    world = await accessWorld(mountName, { can: (user, { method }) => user === 'root' || method === 'GET' })
    const { call, subscriptions } = world
    expect((await call('GET', '/')).status).toBe(200)
    const refused = await call('POST', `/${subscriptions.ours}/pause`)
    expect(refused).toEqual({ status: 403, body: { message: 'pauseSubscription: You may not do that.' } })
    expect((await world.webhooks.subscriptions.get(subscriptions.ours)).isActive).toBe(true)
    expect((await call('POST', `/${subscriptions.ours}/pause`, undefined, 'root')).status).toBe(200)
  })

  it('is told the route and the subscription, also that of a delivery or of a body, secrets masked', async () => {
    const asked: Asked[] = []
    world = await accessWorld(mountName, { can: (_user, what) => asked.push(what) > 0, allowSend: true })
    const { call, subscriptions, deliveryOf } = world
    const id = subscriptions.ours
    await call('POST', `/${id}/release`)
    await call('GET', `/deliveries/${await deliveryOf(id)}`)
    await call('GET', `/deliveries?subscriptionId=${id}`)
    await call('POST', '/send', { type: 'customer.created', data: customer, subscriptionId: id })
    await call('GET', '/deliveries')
    expect(asked.map(({ route, subscription }) => [route, subscription?.id])).toEqual([
      ['releaseSubscription', id],
      ['getDelivery', id],
      ['listDeliveries', id],
      ['sendEvent', id],
      ['listDeliveries', undefined],
    ])
    expect(asked[0]).toMatchObject({ method: 'POST', subscription: { appSecret: '********' } })
  })

  it('that says anything but yes says no, to every route but who one is', async () => {
    for (const verdict of [false, undefined, 1, 'true'] as never[]) {
      world = await accessWorld(mountName, { can: () => verdict })
      for (const { name, method, path } of adminRoutes) {
        const id = world.subscriptions.ours
        const real = path.replace(':deliveryId', await world.deliveryOf(id)).replace(':id', id)
        expect((await world.call(method, real, {})).status, name).toBe(name === 'getMe' ? 200 : 403)
      }
      expect((await world.call('GET', '/me')).body.may).toEqual(['GET /me'])
      await world.close()
    }
  })

  it('and /me agree, in general and for one subscription', async () => {
    world = await accessWorld(mountName, {
      can: (_user, { method, subscription }) => method === 'GET' || subscription?.appName === 'ours',
    })
    const { call, subscriptions } = world
    const may = async (query: string) => (await call('GET', `/me${query}`)).body.may as string[]
    expect(await may('')).not.toContain('POST /:id/pause')
    expect(await may(`?subscriptionId=${subscriptions.theirs}`)).not.toContain('POST /:id/pause')
    expect(await may(`?subscriptionId=${subscriptions.ours}`)).toContain('POST /:id/pause')
    expect(await may(`?subscriptionId=${subscriptions.ours}`)).not.toContain('POST /send')
    expect((await call('GET', '/me?subscriptionId=nobody')).status).toBe(404)
  })

  it('that fails does nothing, and the log is told', async () => {
    const lines: unknown[] = []
    world = await accessWorld('fetch', {})
    const handle = adminHandler(world.webhooks, {
      authorize: 'none',
      can: () => Promise.reject(new Error('away')),
      logger: { error: (...line) => void lines.push(line) },
    })
    expect((await handle(new Request('http://localhost/'))).status).toBe(500)
    expect(lines).toHaveLength(1)
    expect(() => adminHandler(world?.webhooks as never, { authorize: 'none', can: true as never })).toThrow(
      /can: /,
    )
  })
})
