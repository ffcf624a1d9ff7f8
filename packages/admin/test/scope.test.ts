import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminHandler } from '../src/fetch.js'
import { adminRoutes } from '../src/index.js'
import { accessWorld, OURS, THEIRS, type AccessWorld } from './access-world.js'
import { MOUNTS } from './mounts.js'
import { customer, registration } from './support.js'

const scope = (user: string | null) => ({ siteIds: user === 'root' ? ('all' as const) : [OURS] })
const names = (body: { appName: string }[]) => body.map(({ appName }) => appName).sort()

describe.each(Object.keys(MOUNTS))('whoever may see one site, on %s', (mountName) => {
  let world: AccessWorld
  beforeEach(async () => {
    world = await accessWorld(mountName, { scope, allowSend: true })
  })
  afterEach(() => world.close())

  it('is shown the endpoints of that site alone, and whoever may see all of them all', async () => {
    expect(names((await world.call('GET', '/')).body)).toEqual(['ours'])
    expect(names((await world.call('GET', '/', undefined, 'root')).body)).toHaveLength(4)
  })

  it('does not find any other endpoint, by whatever route names one', async () => {
    const { ours, ...others } = world.subscriptions
    const routes = adminRoutes.filter(({ path }) => path.startsWith('/:id'))
    expect(routes.length).toBeGreaterThan(10)
    const bodyOf = (name: string) => (name === 'recoverDeliveries' ? { since: '2026-01-01T00:00:00Z' } : {})
    for (const id of Object.values(others)) {
      const before = await world.webhooks.subscriptions.get(id)
      for (const { name, method, path } of routes) {
        const { status } = await world.call(method, path.replace(':id', id), bodyOf(name))
        expect(status, name).toBe(404)
      }
      expect(await world.webhooks.subscriptions.get(id)).toEqual(before)
    }
    expect((await world.call('PATCH', `/${ours}`, { description: 'mine' })).status).toBe(200)
  })

  it('can make none that takes events of other sites, nor make one take them', async () => {
    const { ours } = world.subscriptions
    for (const filters of [{}, { siteIds: [] }, { siteIds: [THEIRS] }, { siteIds: [OURS, THEIRS] }]) {
      const made = await world.call('POST', '/', { ...registration, filters })
      expect([made.status, made.body.message]).toEqual([403, expect.stringContaining('filters.siteIds')])
      expect((await world.call('PUT', `/${ours}`, { filters })).status).toBe(403)
    }
    const { filters: _none, ...without } = registration
    expect((await world.call('POST', '/', without)).status).toBe(403)
    expect((await world.call('POST', '/', { ...registration, filters: { siteIds: [OURS] } })).status).toBe(
      201,
    )
    expect((await world.webhooks.subscriptions.list()).items).toHaveLength(5)
  })

  it('is shown what its own endpoints were sent, and nothing else', async () => {
    const { ours, theirs, all } = world.subscriptions
    const { body } = await world.call('GET', '/deliveries')
    const seen = body.items as { subscriptionId: string; siteId: string | null }[]
    expect(seen.map(({ siteId }) => siteId).sort()).toEqual([OURS, null])
    expect(new Set(seen.map(({ subscriptionId }) => subscriptionId))).toEqual(new Set([ours]))
    for (const query of [`subscriptionId=${theirs}`, `siteId=${THEIRS}`, `eventId=${world.happened.theirs}`])
      expect((await world.call('GET', `/deliveries?${query}`)).body).toEqual({ items: [], nextCursor: null })
    for (const id of [theirs, all, world.subscriptions.both])
      for (const [method, rest] of [
        ['GET', ''],
        ['POST', '/resend'],
        ['POST', '/cancel'],
      ] as const)
        expect((await world.call(method, `/deliveries/${await world.deliveryOf(id)}${rest}`)).status).toBe(
          404,
        )
    expect((await world.call('GET', `/deliveries/${await world.deliveryOf(ours)}`)).status).toBe(200)
  })

  it('does not see what an endpoint was sent of another site before it was theirs', async () => {
    const { theirs } = world.subscriptions
    await world.webhooks.subscriptions.update(theirs, { filters: { siteIds: [OURS] } })
    const { body } = await world.call('GET', `/${theirs}/deliveries`)
    expect((body.items as { siteId: string | null }[]).map(({ siteId }) => siteId)).toEqual([null])
  })

  it('is shown the events of that site, with the deliveries to its endpoints', async () => {
    const { ours, theirs, none } = world.happened
    const { body } = await world.call('GET', '/events')
    expect((body.items as { id: string }[]).map(({ id }) => id)).toEqual([ours])
    expect((await world.call('GET', `/events?siteId=${THEIRS}`)).body.items).toEqual([])
    for (const id of [theirs, none]) expect((await world.call('GET', `/events/${id}`)).status).toBe(404)
    const event = (await world.call('GET', `/events/${ours}`)).body
    expect(event.deliveries).toMatchObject([{ subscriptionId: world.subscriptions.ours }])
  })

  it('sends events of that site alone, and to its endpoints alone', async () => {
    const event = { type: 'customer.created', data: customer }
    for (const siteId of [undefined, null, THEIRS])
      expect((await world.call('POST', '/send', { ...event, siteId })).status).toBe(403)
    expect((await world.call('POST', '/send', { ...event, siteId: OURS })).status).toBe(200)
    const { ours, theirs } = world.subscriptions
    const to = (subscriptionId: string, siteId?: string) =>
      world.call('POST', '/send', { ...event, subscriptionId, siteId })
    expect((await to(theirs)).status).toBe(404)
    expect((await to(ours, THEIRS)).status).toBe(403)
    expect((await to(ours, OURS)).body.test).toMatchObject({ delivered: true })
  })

  it('is told nothing that is counted over all sites', async () => {
    expect((await world.call('GET', '/stats')).status).toBe(403)
    expect((await world.call('GET', '/stats', undefined, 'root')).status).toBe(200)
    for (const path of ['/metrics', '/stats/metrics'])
      expect((await world.call('GET', path)).status).toBe(403)
    expect((await world.call('GET', `/${world.subscriptions.theirs}/metrics`)).status).toBe(404)
    expect((await world.call('GET', `/${world.subscriptions.ours}/metrics`)).status).toBe(200)
    const { body } = await world.call('GET', '/me')
    expect(body).toMatchObject({ actor: 'ada', siteIds: [OURS] })
    expect(body.may).not.toContain('GET /stats')
    expect(body.may).toContain('POST /:id/pause')
  })

  it('pages to the end of a list in which nearly everything is of other sites', async () => {
    for (let n = 0; n < 30; n += 1) await world.webhooks.dispatch('customer.created', customer, THEIRS)
    await world.webhooks.dispatch('customer.created', customer, OURS)
    await world.webhooks.drain()
    const found: string[] = []
    let cursor = ''
    do {
      const { body } = await world.call('GET', `/deliveries?limit=2${cursor && `&cursor=${cursor}`}`)
      found.push(...(body.items as { siteId: string | null }[]).map(({ siteId }) => String(siteId)))
      cursor = (body.nextCursor as string | null) ?? ''
    } while (cursor !== '')
    expect(found.sort()).toEqual([OURS, OURS, 'null'])
  })
})

describe('a scope that says nothing', () => {
  it('opens nothing', async () => {
    const { webhooks, close } = await accessWorld('fetch', {})
    const logged: unknown[] = []
    const logger = { error: (...line: unknown[]) => void logged.push(line) }
    for (const given of [undefined, null, {}, { siteIds: null }, { siteIds: 'ours' }, []] as never[]) {
      const handle = adminHandler(webhooks, { authorize: 'none', scope: () => given, logger })
      const response = await handle(new Request('http://localhost/'))
      expect(response.status).not.toBe(200)
    }
    expect(() => adminHandler(webhooks, { authorize: 'none', scope: 'all' as never })).toThrow(/scope: /)
    await close()
  })

  it('that names no site shows nothing', async () => {
    const { call, close } = await accessWorld('fetch', { scope: () => ({ siteIds: [] }) })
    expect((await call('GET', '/')).body).toEqual([])
    expect((await call('GET', '/deliveries')).body.items).toEqual([])
    expect((await call('GET', '/events')).body.items).toEqual([])
    await close()
  })
})

describe('many at once, by whoever may see one site', () => {
  it('are those of one of their endpoints, of their site', async () => {
    const { call, close, webhooks, subscriptions, transport } = await accessWorld('fetch', { scope })
    const { ours, theirs, both } = subscriptions
    await webhooks.subscriptions.update(theirs, { filters: { siteIds: [OURS] } })
    const sent = transport.requests.length
    const since = '2026-01-01T00:00:00Z'
    for (const filter of [
      {},
      { siteId: OURS },
      { subscriptionId: both },
      { subscriptionId: ours, siteId: THEIRS },
    ])
      for (const path of ['/deliveries/resend-all', '/deliveries/cancel-all', '/deliveries/replay']) {
        const more = path === '/deliveries/replay' ? { since, which: 'all' } : { status: 'delivered' }
        expect((await call('POST', path, { ...more, ...filter })).status, path).toBeGreaterThanOrEqual(403)
      }
    expect((await call('GET', '/deliveries/count')).status).toBe(403)
    expect((await call('GET', `/deliveries/count?subscriptionId=${ours}`)).body.count).toBe(1)
    // What it was sent while it was another site's stays there.
    const again = await call('POST', '/deliveries/resend-all', {
      subscriptionId: theirs,
      status: 'delivered',
    })
    expect(again.body.count).toBe(0)
    expect(transport.requests).toHaveLength(sent)
    expect((await call('POST', '/pause-all', { siteId: OURS })).status).toBe(403)
    expect((await call('POST', '/pause-all', { ids: [ours, both] })).status).toBe(404)
    expect((await call('POST', '/pause-all', { ids: [ours] })).body.count).toBe(1)
    await close()
  })

  it('are failures of their site alone that are recovered, though their endpoint had others before', async () => {
    const { call, close, webhooks, subscriptions, receiver } = await accessWorld('fetch', { scope })
    const { theirs } = subscriptions
    receiver.status = 404
    for (const siteId of [THEIRS, OURS]) {
      await webhooks.subscriptions.update(theirs, { filters: { siteIds: [siteId] } })
      await webhooks.dispatch('customer.created', customer, siteId)
      await webhooks.drain()
    }
    const recover = (body: object, dryRun = '?dryRun=true') =>
      call('POST', `/${theirs}/recover${dryRun}`, { since: '2026-01-01T00:00:00Z', ...body })
    expect((await recover({ siteId: THEIRS })).status).toBe(403)
    expect((await recover({})).body).toEqual({ count: 1, dryRun: true })
    receiver.status = 200
    expect((await recover({}, '')).body.count).toBe(1)
    await webhooks.drain()
    const { items } = await webhooks.deliveries.list({ subscriptionId: theirs, status: 'failed' })
    expect(items.map(({ siteId }) => siteId)).toEqual([THEIRS])
    await close()
  })

  it('name the site where they may see several, to recover too', async () => {
    const ofBoth = () => ({ siteIds: [OURS, 'another'] })
    const { call, close, subscriptions } = await accessWorld('fetch', { scope: ofBoth })
    const recover = (siteId?: string) =>
      call('POST', `/${subscriptions.ours}/recover`, { since: '2026-01-01T00:00:00Z', siteId })
    expect(await recover()).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('siteId') },
    })
    expect((await recover(THEIRS)).status).toBe(403)
    expect((await recover(OURS)).body).toEqual({ count: 0, dryRun: false })
    await close()
  })

  it('are replays to their endpoints, and they see no other', async () => {
    const { call, close, webhooks, subscriptions } = await accessWorld('fetch', { scope })
    const input = { since: '2026-01-01T00:00:00Z', which: 'all' } as const
    const other = await webhooks.deliveries.replay(input)
    const { body } = await call('POST', '/deliveries/replay', {
      ...input,
      subscriptionId: subscriptions.ours,
    })
    const { items } = (await call('GET', '/replays')).body as { items: { id: string }[] }
    expect(items.map(({ id }) => id)).toEqual([body.id])
    for (const [method, path] of [
      ['GET', `/replays/${other.id}`],
      ['POST', `/replays/${other.id}/cancel`],
    ] as const)
      expect((await call(method, path)).status).toBe(404)
    expect((await call('GET', `/replays/${body.id}`)).status).toBe(200)
    await close()
  })
})
