import { describe, expect, it } from 'vitest'
import { swigsEvents, verify } from '@swigs/webhooks-protocol'
import { encodeCursor } from '../../src/operations/cursor.js'
import { setUp } from '../support.js'

describe('subscriptions', () => {
  it('are asked for by type, prefix and star, and by site', async () => {
    const { webhooks, subscribe, transport } = setUp()
    const urls = {
      exact: ['order.created'],
      prefix: ['order.*'],
      star: ['*'],
      other: ['customer.created'],
      site: ['*'],
    }
    for (const [name, events] of Object.entries(urls))
      await subscribe({
        url: `https://${name}.example.com/`,
        events,
        filters: name === 'site' ? { siteIds: ['a'] } : {},
      })
    const reached = async (type: string, site: string | null) => {
      const before = transport.requests.length
      await webhooks.dispatch(type, {}, site)
      await webhooks.drain()
      return transport.requests
        .slice(before)
        .map(({ url }) => new URL(url).hostname.split('.')[0])
        .sort()
    }
    expect(await reached('order.created', 'a')).toEqual(['exact', 'prefix', 'site', 'star'])
    expect(await reached('order.created', 'b')).toEqual(['exact', 'prefix', 'star'])
    expect(await reached('order.created', null)).toEqual(['exact', 'prefix', 'site', 'star'])
    expect(await reached('order.item.added', 'b')).toEqual(['prefix', 'star'])
    expect(await reached('orders.created', 'b')).toEqual(['star'])
  })

  it('take an ObjectId for a site, as Mongoose has it', async () => {
    const { webhooks, subscribe, transport } = setUp()
    const site = { toHexString: () => '65a000000000000000000003' }
    await subscribe({ filters: { siteIds: [site] } })
    await webhooks.dispatch('order.created', {}, site)
    await webhooks.dispatch('order.created', {}, { siteId: '65a000000000000000000004' })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
  })

  it('wait while paused and go on when resumed, with what happened meanwhile', async () => {
    const { webhooks, subscribe, transport } = setUp({
      respond: (_request, index) => (index === 0 ? 500 : 200),
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', { n: 1 })
    await webhooks.drain()
    await webhooks.subscriptions.pause(id)
    const [waiting] = (await webhooks.deliveries.list()).items
    await webhooks.dispatch('order.created', { n: 2 })
    await webhooks.deliveries.cancel(waiting?.id ?? '')
    await webhooks.deliveries.resend(waiting?.id ?? '')
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    await webhooks.subscriptions.resume(id)
    await webhooks.drain()
    expect(transport.requests.map(({ json }) => json.data)).toEqual([{ n: 1 }, { n: 1 }, { n: 2 }])
  })

  it('cancel what was pending when they are removed', async () => {
    const { webhooks, subscribe, transport } = setUp({ respond: () => 500 })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await webhooks.subscriptions.remove(id)
    const [delivery] = (await webhooks.deliveries.list()).items
    expect(delivery).toMatchObject({ status: 'cancelled', reason: 'subscription_removed' })
    await expect(webhooks.deliveries.resend(delivery?.id ?? '')).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(webhooks.subscriptions.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
  })

  it('sign with both secrets while one is being rotated, and with the new one after', async () => {
    const { webhooks, clock, subscribe, transport } = setUp()
    const before = await subscribe()
    const after = await webhooks.subscriptions.rotateSecret(before.id, { overlapMs: 60_000 })
    expect(after.appSecret).toMatch(/^[0-9a-f]{64}$/)
    const verifies = async (secret: string) => {
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      const { headers, body } = transport.requests.at(-1) ?? { headers: {}, body: '' }
      return verify({ headers, body, secrets: secret, now: clock.now() }).ok
    }
    expect([await verifies(before.appSecret), await verifies(after.appSecret)]).toEqual([true, true])
    await clock.advance(60_001)
    expect([await verifies(before.appSecret), await verifies(after.appSecret)]).toEqual([false, true])
  })

  it('carry headers of their own', async () => {
    const { webhooks, subscribe, transport } = setUp()
    const view = await subscribe({ headers: { Authorization: 'Bearer planted', 'x-team': 'apps' } })
    expect(view.headers).toEqual({ Authorization: '********', 'x-team': 'apps' })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(transport.requests[0]?.headers).toMatchObject({
      Authorization: 'Bearer planted',
      'x-team': 'apps',
    })
  })

  it.each([
    [{ appSecret: 'short' }, 'appSecret'],
    [{ appSecret: '********' }, 'appSecret'],
    [{ headers: { Authorization: '********' } }, 'headers.Authorization'],
    [{ headers: { 'X-Shop': 'one', 'x-shop': 'two' } }, 'headers.x-shop'],
    [{ events: ['order.creatd'] }, 'events[0]'],
    [{ events: [] }, 'events'],
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url: 'http://example.com' }, 'url'],
    [{ url: 'https://user:pw@example.com' }, 'url'],
    [{ headers: { 'X-Webhook-Signature': 'x' } }, 'headers.X-Webhook-Signature'],
    [{ headers: { 'x-a': 'a\r\nb' } }, 'headers.x-a'],
    [{ rateLimit: { limit: 0, windowMs: 1 } }, 'rateLimit.limit'],
    [{ filters: { siteIds: [{ $gt: '' }] } }, 'filters.siteIds[0]'],
    [{ appName: '' }, 'appName'],
    [{ surprise: 1 }, 'surprise'],
  ])('are refused with the field and the way out: %j', async (over, path) => {
    const { webhooks, subscribe } = setUp({ events: swigsEvents })
    await expect(subscribe(over)).rejects.toMatchObject({
      code: 'INVALID_SUBSCRIPTION',
      issues: [expect.objectContaining({ path })],
    })
    expect((await webhooks.subscriptions.list()).items).toEqual([])
  })

  it('can be tested, those that are off too, through the very path of a delivery', async () => {
    const { webhooks, subscribe, transport } = setUp({
      events: swigsEvents,
      respond: (_request, index) => (index === 1 ? 500 : 200),
    })
    const { id } = await subscribe({ isActive: false, events: ['order.created'] })
    expect(await webhooks.subscriptions.test(id)).toMatchObject({
      delivered: true,
      statusCode: 200,
      error: null,
    })
    expect(transport.requests[0]?.json).toMatchObject({
      event: 'test',
      data: { message: 'Test webhook from SWIGS CMS' },
    })
    expect(await webhooks.subscriptions.test(id)).toMatchObject({
      delivered: false,
      statusCode: 500,
      error: 'The receiver answered 500',
    })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(2)
    expect((await webhooks.subscriptions.get(id)).stats).toMatchObject({ totalSent: 1, totalFailed: 1 })
    await expect(webhooks.subscriptions.test('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('are listed by cursor; one that was changed is refused', async () => {
    const { webhooks, subscribe } = setUp()
    for (let index = 0; index < 5; index += 1) await subscribe({ appName: `app-${index}` })
    const first = await webhooks.subscriptions.list({ limit: 3 })
    const second = await webhooks.subscriptions.list({ limit: 3, cursor: first.nextCursor })
    expect([...first.items, ...second.items].map(({ appName }) => appName).sort()).toEqual(
      [0, 1, 2, 3, 4].map((n) => `app-${n}`),
    )
    expect(second.nextCursor).toBeNull()
    for (const cursor of ['x', `${first.nextCursor}x`, '', 'e30.x'])
      await expect(webhooks.subscriptions.list({ cursor })).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    await expect(webhooks.deliveries.list({ cursor: first.nextCursor })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    })
  })
  it('are listed by a cursor that another process gave out', async () => {
    const { webhooks, subscribe, storage } = setUp()
    for (let index = 0; index < 3; index += 1) await subscribe({ appName: `app-${index}` })
    const { nextCursor } = await webhooks.subscriptions.list({ limit: 2 })
    const another = setUp({ storage }).webhooks
    expect((await another.subscriptions.list({ cursor: nextCursor })).items).toHaveLength(1)
  })

  it('are never looked for at a place that is none, however well the cursor is signed', async () => {
    const { webhooks } = setUp()
    for (const place of [{ at: { $gt: 0 }, id: 'x' }, { at: 0, id: { $ne: null } }, {}]) {
      const cursor = encodeCursor('subscriptions {}', place as never)
      await expect(webhooks.subscriptions.list({ cursor })).rejects.toMatchObject({ code: 'INVALID_CURSOR' })
    }
    const cursor = encodeCursor('subscriptions {}', { at: 0, id: 'x' })
    expect((await webhooks.subscriptions.list({ cursor })).items).toEqual([])
  })
})
