import { describe, expect, expectTypeOf, it } from 'vitest'
import { swigsEvents } from '@swigs/webhooks-protocol'
import { createDispatcher, memoryStorage, optionsFromEnv } from '../../src/index.js'
import { setUp } from '../support.js'

const order = { orderId: '1', orderNumber: 'A1', customer: 'c1', items: [], total: 1, status: 'new' }

describe('dispatch', () => {
  it('does not compile with a misspelt type or a missing field, and throws with the path at run time', async () => {
    const { orderNumber: _missing, ...incomplete } = order
    const webhooks = createDispatcher({ storage: memoryStorage(), events: swigsEvents })
    expectTypeOf(webhooks.dispatch).parameter(0).toEqualTypeOf<keyof typeof swigsEvents & string>()
    // @ts-expect-error a misspelt type
    await expect(webhooks.dispatch('order.creatd', order)).rejects.toMatchObject({
      code: 'INVALID_EVENT',
      message: expect.stringContaining('order.created'),
      issues: [expect.objectContaining({ path: 'type' })],
    })
    // @ts-expect-error a missing field
    await expect(webhooks.dispatch('order.created', incomplete)).rejects.toMatchObject({
      code: 'INVALID_EVENT',
      issues: [expect.objectContaining({ path: 'orderNumber' })],
    })
    expect((await webhooks.events.list()).items).toEqual([])
  })

  it('takes ObjectIds, Dates and documents as Mongoose hands them over, and lets no planted credential out', async () => {
    const { webhooks, subscribe, transport } = setUp({ events: swigsEvents })
    await subscribe()
    const id = (hex: string) => ({ toHexString: () => hex, toJSON: () => hex })
    const customer = {
      _id: id('c1'),
      email: 'a@b.c',
      passwordHash: 'PLANTED',
      resetToken: 'PLANTED',
      toJSON() {
        return { ...this, _id: 'c1' }
      },
    }
    await webhooks.dispatch(
      'order.created',
      {
        ...order,
        orderId: id('o1'),
        customer,
        items: [{ sku: 'x', user: customer, password: 'PLANTED' }],
      } as never,
      id('s1') as never,
    )
    await webhooks.drain()
    const [request] = transport.requests
    expect(request?.body).not.toMatch(/PLANTED/)
    expect(request?.json.data).toMatchObject({
      orderId: 'o1',
      customer: { _id: 'c1', email: 'a@b.c' },
      items: [{ sku: 'x' }],
    })
  })

  it('answers the same id for the same idempotency key and type, and sends once', async () => {
    const { webhooks, subscribe, transport } = setUp()
    await subscribe()
    const send = (type: string) => webhooks.dispatch(type, { n: 1 }, { idempotencyKey: 'evt_stripe' })
    const [first, second] = await Promise.all([send('order.paid'), send('order.paid')])
    const third = await send('order.paid')
    expect(first?.id).toBe(third.id)
    expect([first, second, third].filter((each) => each && !each.duplicate)).toHaveLength(1)
    expect((await send('order.shipped')).duplicate).toBe(false)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(2)
  })

  it('stores what was there at the call, not what the caller makes of it later', async () => {
    const { webhooks, subscribe, transport } = setUp()
    await subscribe()
    const data = { status: 'new' }
    const dispatched = webhooks.dispatch('order.created', data)
    data.status = 'changed'
    await dispatched
    await webhooks.drain()
    expect(transport.requests[0]?.json.data).toEqual({ status: 'new' })
  })

  it.each([
    ['Order.Created', {}],
    ['order..created', {}],
    ['x'.repeat(129), {}],
    [undefined, {}],
    ['order.created', undefined],
    ['order.created', 10n],
  ])('refuses %s with %s', async (type, data) => {
    const { webhooks } = setUp()
    await expect(webhooks.dispatch(type as string, data)).rejects.toMatchObject({ code: 'INVALID_EVENT' })
  })

  it.each([
    [{ siteid: 'a' }, 'siteid'],
    [{ siteId: { $gt: '' } }, 'siteId'],
    [{ siteId: '' }, 'siteId'],
    [{ occurredAt: 'yesterday' }, 'occurredAt'],
    [{ idempotencyKey: '' }, 'idempotencyKey'],
    [7, 'siteId'],
  ])('refuses the third argument %j, naming the field', async (third, path) => {
    const { webhooks } = setUp()
    await expect(webhooks.dispatch('a', {}, third as never)).rejects.toMatchObject({
      issues: [expect.objectContaining({ path })],
    })
  })

  it('refuses what is longer than maxPayloadBytes, in bytes', async () => {
    const { webhooks } = setUp({ maxPayloadBytes: 300 })
    await webhooks.dispatch('a', { text: 'x'.repeat(100) })
    await expect(webhooks.dispatch('a', { text: '💥'.repeat(60) })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    })
  })

  it('accepts nothing when disabled, and says so once', async () => {
    const lines: string[] = []
    const logger = {
      info: () => undefined,
      warn: (_: object, text: string) => void lines.push(text),
      error: () => undefined,
    }
    const { webhooks, transport } = setUp({ ...optionsFromEnv({ WEBHOOKS_ENABLED: 'false' }), logger })
    expect(await webhooks.dispatch('a', {})).toEqual({ id: null, accepted: false, duplicate: false })
    expect(await webhooks.dispatch('a', {})).toMatchObject({ accepted: false })
    await webhooks.start()
    await webhooks.stop()
    expect(lines).toEqual([expect.stringContaining('disabled')])
    expect(transport.requests).toEqual([])
  })

  it('throws STOPPED after stop, and stop may come twice, first or last', async () => {
    const { webhooks } = setUp()
    await Promise.all([webhooks.stop(), webhooks.stop()])
    await webhooks.stop()
    await expect(webhooks.dispatch('a', {})).rejects.toMatchObject({ code: 'STOPPED' })
    await expect(webhooks.start()).rejects.toMatchObject({ code: 'STOPPED' })
  })
})

describe('options', () => {
  it.each([
    [{ storage: undefined }, 'storage'],
    [{ timeoutMs: -1 }, 'timeoutMs'],
    [{ concurrency: 0 }, 'concurrency'],
    [{ retry: { delaysMs: ['1'] } }, 'retry.delaysMs[0]'],
    [{ rateLimit: { limit: 100 } }, 'rateLimit'],
    [{ network: { allow: ['10.0.0.0/99'] } }, 'network.allow[0]'],
    [{ surprise: true }, 'surprise'],
  ])('name what is wrong: %j', (over, path) => {
    expect(() => createDispatcher({ storage: memoryStorage(), ...over } as never)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTIONS', issues: [expect.objectContaining({ path })] }),
    )
  })

  it('come from the seed’s environment variables', () => {
    expect(optionsFromEnv({})).toEqual({})
    expect(
      optionsFromEnv({ WEBHOOKS_ENABLED: 'true', WEBHOOK_RETRY_ATTEMPTS: '3', WEBHOOK_TIMEOUT: '10000' }),
    ).toEqual({
      enabled: true,
      retry: { delaysMs: [60_000, 300_000, 900_000] },
      timeoutMs: 10_000,
    })
    expect(optionsFromEnv({ WEBHOOK_RETRY_ATTEMPTS: '5' }).retry?.delaysMs).toEqual([
      60_000, 300_000, 900_000, 900_000, 900_000,
    ])
    expect(optionsFromEnv({ WEBHOOK_RETRY_ATTEMPTS: '0' }).retry?.delaysMs).toEqual([])
    for (const [name, value] of [
      ['WEBHOOKS_ENABLED', 'yes please'],
      ['WEBHOOK_RETRY_ATTEMPTS', '-1'],
      ['WEBHOOK_TIMEOUT', '10s'],
    ] as const)
      expect(() => optionsFromEnv({ [name]: value })).toThrowError(new RegExp(name))
  })
})
