import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  assertSecret,
  defineEvents,
  generateSecret,
  isAllowedCustomHeader,
  isSecretHeader,
  swigsEvents,
  type EventInput,
} from '../src/index.js'

describe('swigsEvents', () => {
  it('are the seed’s six and test', () => {
    expect(Object.keys(swigsEvents).sort()).toEqual(
      [
        'order.created',
        'order.paid',
        'order.status_changed',
        'order.shipped',
        'customer.created',
        'customer.updated',
        'test',
      ].sort(),
    )
  })

  it.each(Object.entries(swigsEvents))(
    '%s has an example that its schema lets through, and a JSON Schema',
    (_type, { schema, example }) => {
      expect(schema.parse(example)).toEqual(example)
      expect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).toMatchObject({
        type: 'object',
      })
    },
  )

  it('let no planted credential through, wherever a customer stands', () => {
    const planted = {
      _id: 'c1',
      email: 'a@b.c',
      passwordHash: 'PLANTED',
      resetToken: 'PLANTED',
      password: 'PLANTED',
      nested: { secret: 'PLANTED' },
    }
    for (const { schema, example } of Object.values(swigsEvents)) {
      const everywhere = {
        ...(example as object),
        ...planted,
        customer: planted,
        items: [
          { sku: 'x', customer: planted, deep: { user: planted, apiKey: 'PLANTED', token: 'PLANTED' } },
        ],
        shipping: { trackingNumber: 'T1', recipient: planted, account: planted },
        payment: { ...planted, method: 'card' },
      }
      expect(JSON.stringify(schema.parse(everywhere))).not.toContain('PLANTED')
    }
    const shipped = swigsEvents['order.shipped'].schema.parse({
      orderId: 'o',
      orderNumber: 'n',
      customer: 'c1',
      shipping: { trackingNumber: 'T1', address: { city: 'Bern' } },
    })
    expect(shipped.shipping).toEqual({ trackingNumber: 'T1', address: { city: 'Bern' } })
  })

  it('take what Mongoose has, and type it', () => {
    type Created = EventInput<typeof swigsEvents, 'order.created'>
    expectTypeOf<{ toHexString(): string }>().toExtend<Created['orderId']>()
    const paid = swigsEvents['order.paid'].schema.parse({
      orderId: { toHexString: () => 'abc' },
      orderNumber: 'n',
      customer: { toHexString: () => 'def' },
      items: [],
      total: 0,
      payment: { method: 'card', transactionId: null, paidAt: new Date(0) },
    })
    expect(paid).toMatchObject({
      orderId: 'abc',
      customer: 'def',
      payment: { paidAt: '1970-01-01T00:00:00.000Z' },
    })
  })
})

describe('defineEvents', () => {
  it('refuses a name that is not a type, and an example that does not fit', () => {
    const schema = z.object({ a: z.string() })
    expect(() =>
      defineEvents({ 'Order Created': { description: '', schema, example: { a: '' } } }),
    ).toThrowError(/not an event type/)
    expect(() => defineEvents({ 'order.created': { description: '', schema, example: {} } })).toThrowError(
      /example of order.created/,
    )
  })

  it('names the type that has no schema', () => {
    const refusal = (message: RegExp) =>
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringMatching(message) })
    expect(() => defineEvents({ 'order.created': {} } as never)).toThrowError(
      refusal(/order\.created has no/),
    )
    expect(() => defineEvents(undefined as never)).toThrowError(refusal(/definitions by type/))
  })
})

describe('secrets', () => {
  it('are 32 random bytes, hex', () => {
    expect(generateSecret()).toMatch(/^[0-9a-f]{64}$/)
    expect(generateSecret()).not.toBe(generateSecret())
  })

  it.each([
    '',
    'x'.repeat(23),
    'x'.repeat(257),
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    'whsec_not*base64',
  ])('refuses %j without quoting it', (secret) => {
    expect(() => assertSecret(secret)).toThrowError(expect.objectContaining({ code: 'INVALID_SECRET' }))
    if (secret.length > 10) expect(() => assertSecret(secret)).not.toThrowError(secret)
  })

  it('takes 24 to 256 bytes', () => {
    for (const secret of ['x'.repeat(24), 'x'.repeat(256), `whsec_${Buffer.alloc(24).toString('base64')}`])
      assertSecret(secret)
  })
})

describe('custom headers', () => {
  it.each([
    'Host',
    'content-type',
    'Content-Length',
    'transfer-encoding',
    'connection',
    'Cookie',
    'webhook-id',
    'X-Webhook-Attempt',
    'bad name',
    '',
  ])('may not be %j', (name) => {
    expect(isAllowedCustomHeader(name, 'x')).toEqual(expect.any(String))
  })

  it.each(['a\r\nb', 'a\nb', 'a\u0000b', '💥'])('may not have the value %j', (value) => {
    expect(isAllowedCustomHeader('x-a', value)).toEqual(expect.any(String))
  })

  it('may be Authorization, which is masked', () => {
    expect(isAllowedCustomHeader('Authorization', 'Bearer x')).toBeNull()
    for (const name of ['Authorization', 'X-Api-Key', 'x-access-token', 'x-pwd', 'X-Pass', 'x-hmac', 'x-jwt'])
      expect(isSecretHeader(name), name).toBe(true)
    expect(isSecretHeader('x-team')).toBe(false)
  })
})
