import { describe, expect, it } from 'vitest'
import {
  InvalidEventError,
  InvalidSecretError,
  isWebhooksError,
  NotFoundError,
  serialiseEnvelope,
  signedHeaders,
  signLegacy,
  swigsEvents,
} from '@swigs/webhooks-protocol'

const shipped = (shipping: object) =>
  swigsEvents['order.shipped'].schema.safeParse({
    orderId: '65a000000000000000000001',
    orderNumber: 'ORD-1',
    customer: '65a000000000000000000002',
    shipping,
  })

describe('what is nested in a shipment', () => {
  it.each([
    ...[
      'pwd',
      'apiKey',
      'accessKey',
      'private_key',
      'stripe_token',
      'tokens',
      'paymentToken',
      'resetTokenHash',
    ],
    ...[
      'passwordHash',
      'password_hash',
      'passcode',
      'pinHash',
      'authorization',
      'salt',
      'user_salt',
      'cvc',
      'jwt',
    ],
  ])('loses the credential %s', (key) => {
    expect(shipped({ [key]: 'planted', carrier: 'Post' }).data?.shipping).toEqual({ carrier: 'Post' })
  })

  it.each([
    'trackingNumber',
    'trackingUrl',
    'basalt',
    'shippingMethod',
    'hashtag',
    'keyword',
    'compass',
    'spin',
  ])('keeps %s', (key) => {
    expect(shipped({ [key]: 'kept' }).data?.shipping).toEqual({ [key]: 'kept' })
  })

  it.each(['customer', 'user', 'deliveryCustomer', 'billing_user'])(
    'cuts %s down, alone or in a list',
    (key) => {
      const person = { email: 'ada@example.com', note: 'private', pwd: 'planted' }
      const cut = { email: 'ada@example.com' }
      expect(shipped({ [key]: person, [`${key}s`]: [person] }).data?.shipping).toEqual({
        [key]: cut,
        [`${key}s`]: [cut],
      })
    },
  )

  it('is an issue at its field, and no TypeError, when it has a cycle or a BigInt', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    for (const shipping of [cycle, { weight: 1n }])
      expect(shipped(shipping).error?.issues).toEqual([expect.objectContaining({ path: ['shipping'] })])
  })
})

describe('errors', () => {
  it('are ours by their brand, not by having a code', () => {
    expect(isWebhooksError(new NotFoundError('x'), 'NOT_FOUND')).toBe(true)
    expect(isWebhooksError(new NotFoundError('x'), 'STOPPED')).toBe(false)
    expect(isWebhooksError(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBe(false)
  })
})

describe('an envelope', () => {
  const base = { id: 'evt_1', event: 'test', timestamp: '2026-02-01T10:00:00.000Z' }

  it('always has data', () => {
    expect(JSON.parse(serialiseEnvelope({ ...base, data: undefined }))).toEqual({ ...base, data: null })
  })

  it('that is not JSON is an InvalidEventError with its cause', () => {
    expect(() => serialiseEnvelope({ ...base, data: 1n })).toThrow(InvalidEventError)
  })
})

describe('signing', () => {
  it('never uses an empty key', () => {
    const attempt = { id: 'evt_1', type: 'test', timestamp: '', body: '{}', attemptTimestampSeconds: 1 }
    const rest = { deliveryId: 'dlv_1', attempt: 1, userAgent: 'swigs-webhooks/0' }
    for (const secrets of [[], [''], ['whsec_']])
      expect(() => signedHeaders({ ...attempt, ...rest, secrets })).toThrow(InvalidSecretError)
    expect(() => signLegacy('{}', '')).toThrow(InvalidSecretError)
  })
})
