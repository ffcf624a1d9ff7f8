import { afterAll, beforeAll, expect, it } from 'vitest'
import { EVENTS } from '../src/register-subscription.js'
import { shopOn, SITE, type Shop } from '../src/shop.js'
import { startApps, type Apps } from '../src/start-apps.js'
import { startSeedReceiver } from './seed-receiver.js'
import { describeOnMongo, freshMongoUri, transactions } from './support.js'

const PASSWORD = 'a long enough password'
const ID = /^[0-9a-f]{24}$/

describeOnMongo('a walk through both apps', () => {
  let apps: Apps
  let shop: Shop
  let admin: string
  let seed: Awaited<ReturnType<typeof startSeedReceiver>>
  let subscriptionId: string
  let customerToken: string
  let orderId: string

  const dataOf = async (event: string) => {
    const find = async () => (await shop.automations()).filter((one) => one.event === event)
    await expect.poll(async () => (await find()).length).toBeGreaterThan(0)
    return (await find()).at(-1)?.data as unknown
  }

  beforeAll(async () => {
    apps = await startApps(freshMongoUri())
    shop = shopOn(apps)
    seed = await startSeedReceiver(apps.webhookSecret)
    admin = await shop.adminToken()
    const register = (url: string, appName: string) =>
      shop.send(
        'POST',
        '/api/webhooks',
        { appName, appSecret: apps.webhookSecret, url, events: EVENTS, filters: {} },
        admin,
      )
    const registered = await register(`${apps.workflow.url}/api/webhooks/cms`, 'swigs-workflow')
    expect(registered).toMatchObject({ status: 201, body: { appSecret: apps.webhookSecret } })
    subscriptionId = registered.body._id
    await register(seed.url, 'an app with the receiver of the seed')
  })
  afterAll(async () => {
    seed?.close()
    await apps?.stop()
  })

  const customer = {
    _id: expect.stringMatching(ID),
    email: 'ada@example.com',
    firstName: 'Ada',
    lastName: 'Lovelace',
  }
  const items = [{ sku: 'MUG-1', name: 'Mug', quantity: 2, price: 12.5 }]

  it('registering tells of customer.created, without the password', async () => {
    const { status, body } = await shop.register('ada@example.com')
    expect(status).toBe(201)
    customerToken = body.token
    expect(await dataOf('customer.created')).toEqual({
      customerId: body.customer._id,
      email: 'ada@example.com',
      firstName: 'Ada',
      lastName: 'Lovelace',
      siteId: SITE,
    })
    expect(JSON.stringify(body)).not.toMatch(/password/i)
  })

  it('ordering tells of order.created, with the whole order', async () => {
    const { status, body } = await shop.placeOrder(customerToken)
    expect(status).toBe(201)
    orderId = body._id
    expect(await dataOf('order.created')).toEqual({
      orderId,
      orderNumber: expect.stringMatching(/^ORD-\d{8}$/),
      customer,
      items,
      total: 25,
      status: 'pending',
      siteId: SITE,
    })
  })

  it('changing the profile tells of customer.updated, with the changed fields', async () => {
    expect(
      (await shop.updateProfile(customerToken, { phone: '+41 22 000 00 00', lastName: 'King' })).status,
    ).toBe(200)
    expect(await dataOf('customer.updated')).toEqual({
      customerId: expect.stringMatching(ID),
      email: 'ada@example.com',
      changedFields: ['lastName', 'phone'],
      siteId: SITE,
    })
  })

  it('a signed word of Stripe tells of order.paid, once however often Stripe repeats it', async () => {
    for (let n = 0; n < 3; n += 1) expect((await shop.pay(orderId)).status).toBe(200)
    expect(await dataOf('order.paid')).toEqual({
      orderId,
      orderNumber: expect.any(String),
      customer,
      items,
      total: 25,
      payment: { method: 'card', transactionId: 'pi_1', paidAt: expect.stringMatching(/Z$/) },
      siteId: SITE,
    })
    const { body } = await shop.send('GET', '/api/webhooks/events?type=order.paid', undefined, admin)
    expect(body.items).toHaveLength(1)
  })

  it('an unsigned one is refused, and tells nobody anything', async () => {
    const forged = await shop.pay(orderId, { id: 'evt_stripe_forged', secret: 'whsec_another' })
    expect(forged).toMatchObject({ status: 400, body: { message: 'Invalid signature' } })
    const { body } = await shop.send('GET', '/api/webhooks/events?type=order.paid', undefined, admin)
    expect(body.items).toHaveLength(1)
  })

  it('shipping tells of order.status_changed and of order.shipped, with the tracking', async () => {
    const tracking = { trackingNumber: 'TRK1', trackingUrl: 'https://track.example.com/TRK1' }
    expect(
      (await shop.setStatus(admin, orderId, { status: 'shipped', carrier: 'Post', ...tracking })).status,
    ).toBe(200)
    expect(await dataOf('order.status_changed')).toEqual({
      orderId,
      orderNumber: expect.any(String),
      oldStatus: 'paid',
      newStatus: 'shipped',
      ...tracking,
      siteId: SITE,
    })
    expect(await dataOf('order.shipped')).toEqual({
      orderId,
      orderNumber: expect.any(String),
      customer,
      shipping: { carrier: 'Post', ...tracking, shippedAt: expect.stringMatching(/Z$/) },
      siteId: SITE,
    })
  })

  it('the test button sends a test', async () => {
    const tested = await shop.send('POST', `/api/webhooks/${subscriptionId}/test`, undefined, admin)
    expect(tested).toMatchObject({ status: 200, body: { success: true, message: 'Test webhook sent' } })
    expect(await dataOf('test')).toEqual({
      message: 'Test webhook from SWIGS CMS',
      timestamp: expect.stringMatching(/Z$/),
    })
  })

  it('the stats have moved, and nothing has failed', async () => {
    const stats = async () =>
      (await shop.send('GET', '/api/webhooks', undefined, admin)).body.find(
        ({ _id }: { _id: string }) => _id === subscriptionId,
      ).stats
    await expect.poll(async () => (await stats()).totalSent).toBe(7)
    expect(await stats()).toMatchObject({ totalFailed: 0, lastSentAt: expect.any(String), lastError: null })
  })

  it('the app’s own model stands beside it, on the same documents', () => {
    expect(apps.cms.output()).toContain('0 active webhook subscriptions')
  })

  it('the receiver of the seed accepts the same, in the seed’s envelope', async () => {
    await expect.poll(() => seed.received.length).toBe(6)
    expect(new Set(seed.received.map(({ event }) => event))).toEqual(new Set(EVENTS))
    expect(seed.refused).toEqual([])
    for (const { timestamp } of seed.received) expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
  })

  it('an order can commit with its event, or says that this MongoDB cannot', async () => {
    const before = (await shop.send('GET', '/api/webhooks/events?type=order.created', undefined, admin)).body
      .items
    const { status, body } = await shop.placeOrder(customerToken, '/in-transaction')
    const after = (await shop.send('GET', '/api/webhooks/events?type=order.created', undefined, admin)).body
      .items
    expect([status, after.length - before.length]).toEqual(transactions ? [201, 1] : [501, 0])
    if (!transactions) return void expect(body.message).toMatch(/replica set/)
    const fired = async () => (await shop.automations()).filter(({ data }) => data.orderId === body._id)
    await expect.poll(async () => (await fired()).length).toBe(1)
  })

  it('whoever has no token, or the wrong role, is kept out', async () => {
    expect((await shop.placeOrder('')).status).toBe(401)
    expect((await shop.placeOrder(`${customerToken}x`)).status).toBe(401)
    expect((await shop.setStatus(customerToken, orderId, { status: 'paid' })).status).toBe(403)
    for (const path of ['/api/webhooks', '/api/webhooks/stats', `/api/webhooks/${subscriptionId}`]) {
      expect((await shop.send('GET', path)).status).toBe(401)
      expect((await shop.send('GET', path, undefined, customerToken)).status).toBe(403)
    }
    const wrong = { email: apps.admin.email, password: 'guessed' }
    expect((await shop.send('POST', '/api/auth/login', wrong)).status).toBe(401)
  })

  it('fields that nobody asked for, and operators, are refused', async () => {
    expect((await shop.updateProfile(customerToken, { site: SITE })).status).toBe(400)
    expect((await shop.updateProfile(customerToken, { firstName: { $ne: null } })).status).toBe(400)
    expect((await shop.setStatus(admin, orderId, { status: 'lost' })).status).toBe(400)
    expect((await shop.setStatus(admin, 'nonsense', { status: 'paid' })).status).toBe(404)
    expect((await shop.register('ada@example.com')).status).toBe(409)
  })

  it('no password and no secret is in what arrived or was printed', async () => {
    const told =
      JSON.stringify([await shop.automations(), seed.received]) + apps.cms.output() + apps.workflow.output()
    for (const secret of [
      PASSWORD,
      apps.webhookSecret,
      apps.stripeSecret,
      apps.admin.password,
      'passwordHash',
    ])
      expect(told).not.toContain(secret)
  })
})
