import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { ipaddrGuard } from '../../src/adapters/ipaddr-guard.js'
import { NON_PUBLIC_IPV4 } from '../../src/core/address-guard.js'
import { createDispatcher, memoryStorage } from '../../src/index.js'
import { hostileServer } from '../../src/testing/hostile-server.js'

const guard = ipaddrGuard({ allowHttp: true })
const refused = (host: string) => guard.inspect(`http://${host}/`).kind === 'refused'

/** Any address in a range. */
const within = (cidr: string) => {
  const [base, bits] = ipaddr.parseCIDR(cidr)
  const start = base.toByteArray().reduce((value, byte) => value * 256 + byte, 0)
  return fc.integer({ min: 0, max: 2 ** (32 - bits) - 1 }).map((offset) => start + offset)
}
const bytes = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256)
const dotted = (value: number) => bytes(value).join('.')
const hex = (value: number) => value.toString(16).padStart(8, '0')

describe('the address guard', () => {
  it.each(NON_PUBLIC_IPV4.map(({ cidr, why }) => [cidr, why]))(
    'refuses all of %s (%s) in every way to write it',
    (cidr = '') => {
      fc.assert(
        fc.property(within(cidr), (value) => {
          const [a = 0, b = 0, c = 0, d = 0] = bytes(value)
          const v6 = `${hex(value).slice(0, 4)}:${hex(value).slice(4)}`
          for (const form of [
            dotted(value),
            String(value),
            `0x${hex(value)}`,
            [a, b, c, d].map((byte) => `0${byte.toString(8)}`).join('.'),
            [a, b, c, d].map((byte) => `0x${byte.toString(16)}`).join('.'),
            `${a}.${b * 65536 + c * 256 + d}`,
            `${a}.${b}.${c * 256 + d}`,
            `${dotted(value)}.`,
            `[::ffff:${dotted(value)}]`,
            `[::ffff:${v6}]`,
            `[::${dotted(value)}]`,
            `[64:ff9b::${v6}]`,
            `[64:ff9b:1::${v6}]`,
            `[2002:${v6}::1]`,
            `[2001:0:${v6}::]`,
          ])
            expect(refused(form), form).toBe(true)
        }),
        { numRuns: 30 },
      )
    },
  )

  it.each([
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd12::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[100::1]',
    '[::ffff:8.8.8.8]',
  ])('refuses %s', (host) => {
    expect(refused(host)).toBe(true)
  })

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '[2606:4700:4700::1111]',
    '172.15.255.255',
    '172.32.0.0',
    '100.128.0.0',
    '223.255.255.255',
    'example.com',
  ])('lets %s through', (host) => {
    expect(refused(host)).toBe(false)
  })

  it.each([
    'http://example.com',
    'ftp://example.com',
    'file:///etc/passwd',
    'https://u:p@example.com',
    'javascript:1',
    'no url',
    '',
  ])('refuses the URL %j without being told more', (url) => {
    expect(ipaddrGuard().inspect(url).kind).toBe('refused')
  })

  it('refuses a name if any of its addresses is not public', async () => {
    const resolve = async () => [
      { address: '8.8.8.8', family: 4 as const },
      { address: '10.0.0.1', family: 4 as const },
    ]
    expect(await ipaddrGuard({ resolve }).resolve('mixed.example.test')).toMatchObject({ kind: 'refused' })
  })

  it('opens what is meant, and nothing else', async () => {
    const open = ipaddrGuard({ allowHttp: true, allow: ['10.0.0.0/8', '192.168.1.7', 'fd00::/8'] })
    const allowed = (host: string) => open.inspect(`http://${host}/`).kind === 'ok'
    expect(['10.1.2.3', '192.168.1.7', '[fd00::1]'].map(allowed)).toEqual([true, true, true])
    expect(['11.0.0.1', '192.168.1.8', '[fe80::1]', '[::ffff:10.0.0.1]', '127.0.0.1'].map(allowed)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })

  it('asks once for callers that come together, and keeps the answer for a moment', async () => {
    let asked = 0
    const resolve = async () => [{ address: `8.8.8.${++asked}`, family: 4 as const }]
    const counted = ipaddrGuard({ resolve })
    await Promise.all([1, 2, 3].map(() => counted.resolve('example.test')))
    await counted.resolve('example.test')
    expect(asked).toBe(1)
  })
})

describe('refused at save, at test and at delivery', () => {
  it('also when DNS changes between them, and nothing inside is reached', async () => {
    const inside = await hostileServer()
    const addresses = ['93.184.215.14']
    const storage = memoryStorage()
    const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const webhooks = createDispatcher({
      storage,
      network: { allowHttp: true, resolve: async () => addresses.map((address) => ({ address, family: 4 })) },
      logger,
    })
    const subscribe = (host: string) =>
      webhooks.subscriptions.create({ appName: 'a', url: `http://${host}:${inside.port}/`, events: ['*'] })
    await expect(subscribe('127.0.0.1')).rejects.toMatchObject({
      code: 'INVALID_SUBSCRIPTION',
      issues: [{ path: 'url' }],
    })
    addresses[0] = '10.0.0.1'
    await expect(subscribe('private.example.test')).rejects.toMatchObject({ issues: [{ path: 'url' }] })
    // Public while it is saved; loopback for every process that resolves it later.
    addresses[0] = '93.184.215.14'
    const { id } = await subscribe('rebound.example.test')
    const later = createDispatcher({
      storage,
      network: { allowHttp: true, resolve: async () => [{ address: '127.0.0.1', family: 4 }] },
      logger,
    })
    expect(await later.subscriptions.test(id)).toMatchObject({
      delivered: false,
      statusCode: null,
      error: expect.stringContaining('not public'),
    })
    await later.dispatch('order.created', {})
    await later.drain()
    const { items } = await later.deliveries.list({ type: 'order.created' })
    expect(items).toMatchObject([{ status: 'failed', reason: 'blocked_address', attemptCount: 1 }])
    await later.stop()
    expect(inside.requests).toEqual([])
    await webhooks.stop()
    await inside.close()
  })
})
