import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { ipaddrGuard } from '../../src/adapters/ipaddr-guard.js'
import { NAMED_IPV6, NON_PUBLIC_IPV4, NON_PUBLIC_IPV6 } from '../../src/core/address-guard.js'

const guard = ipaddrGuard({ allowHttp: true })

/** What the guard says of an address as a resolver would give it. */
const judged = async (address: string, given = guard): Promise<string> => {
  const host = address.includes(':') ? `[${address}]` : address
  const { kind } = await given.resolve(host)
  expect(given.inspect(`http://${host}/`).kind).toBe(kind === 'allowed' ? 'ok' : 'refused')
  return kind
}

const sizeOf = (cidr: string) => (cidr.includes(':') ? 128 : 32)

/** First and last address of a range, as numbers. */
const edgesOf = (cidr: string): [bigint, bigint] => {
  const [base, bits] = ipaddr.parseCIDR(cidr)
  const start = base.toByteArray().reduce((value, byte) => value * 256n + BigInt(byte), 0n)
  return [start, start + 2n ** BigInt(sizeOf(cidr) - bits) - 1n]
}

const spelled = (value: bigint, size: number): string => {
  const bytes = Array.from({ length: size / 8 }, (_, index) =>
    Number((value >> BigInt(size - 8 - index * 8)) & 255n),
  )
  return ipaddr.fromByteArray(bytes).toString()
}

const IPV6 = [...NON_PUBLIC_IPV6, ...NAMED_IPV6.filter(({ cidr }) => cidr !== '::/0')]

/** The public addresses that lie right beside a range; between two ranges that touch there are none. */
const BESIDE: Record<string, string[]> = {
  '0.0.0.0/8': ['1.0.0.0'],
  '10.0.0.0/8': ['9.255.255.255', '11.0.0.0'],
  '100.64.0.0/10': ['100.63.255.255', '100.128.0.0'],
  '127.0.0.0/8': ['126.255.255.255', '128.0.0.0'],
  '169.254.0.0/16': ['169.253.255.255', '169.255.0.0'],
  '172.16.0.0/12': ['172.15.255.255', '172.32.0.0'],
  '192.0.0.0/24': ['191.255.255.255', '192.0.1.0'],
  '192.0.2.0/24': ['192.0.1.255', '192.0.3.0'],
  '192.88.99.0/24': ['192.88.98.255', '192.88.100.0'],
  '192.168.0.0/16': ['192.167.255.255', '192.169.0.0'],
  '198.18.0.0/15': ['198.17.255.255', '198.20.0.0'],
  '198.51.100.0/24': ['198.51.99.255', '198.51.101.0'],
  '203.0.113.0/24': ['203.0.112.255', '203.0.114.0'],
  '224.0.0.0/4': ['223.255.255.255'],
  '240.0.0.0/4': [],
  '2001::/23': ['2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
  '2001:db8::/32': ['2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::'],
  '2002::/16': ['2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2003::'],
  '3fff::/20': ['3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:1000::'],
}

describe('the ranges of the guard', () => {
  it.each([...NON_PUBLIC_IPV4, ...IPV6].map(({ cidr, why }) => [cidr, why] as const))(
    'refuses %s (%s) from edge to edge',
    async (cidr) => {
      const [first, last] = edgesOf(cidr)
      for (const edge of [first, last]) expect(await judged(spelled(edge, sizeOf(cidr)))).toBe('refused')
      await fc.assert(
        fc.asyncProperty(fc.bigInt({ min: first, max: last }), async (value) => {
          expect(await judged(spelled(value, sizeOf(cidr)))).toBe('refused')
        }),
        { numRuns: 50 },
      )
    },
  )

  it.each(Object.entries(BESIDE))('lets through what lies right beside %s', async (_cidr, addresses) => {
    for (const address of addresses) expect(await judged(address), address).toBe('allowed')
  })

  it('has a neighbour or none for every range of the tables', () => {
    const tables = [...NON_PUBLIC_IPV4, ...NON_PUBLIC_IPV6].map(({ cidr }) => cidr)
    expect(Object.keys(BESIDE)).toEqual(tables)
  })

  it('refuses all IPv6 outside of global unicast', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), async (value) => {
        fc.pre(value >> 125n !== 1n)
        expect(await judged(spelled(value, 128))).toBe('refused')
      }),
    )
    expect(await judged('4000::')).toBe('refused')
    expect(await judged('1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBe('refused')
  })
})

describe('the names that the guard is given', () => {
  const refusals = (urls: string[]) => urls.map((url) => ipaddrGuard({ allowHttp: true }).inspect(url).kind)

  it('sees through every way to spell an address in a URL', () => {
    const hosts = [
      '127.0.0.1.',
      '１２７.０.０.１',
      '127。0。0。1',
      '%31%32%37.0.0.1',
      '0',
      '0x7f.1',
      '017700000001',
    ]
    expect(refusals(hosts.map((host) => `http://${host}/`))).toEqual(hosts.map(() => 'refused'))
  })

  it('refuses empty labels, zone ids and what is no URL', () => {
    const urls = [
      'http://./',
      'http://.a.test/',
      'http://a..test/',
      'http://[fe80::1%25eth0]/',
      'http://a b/',
      '',
    ]
    expect(refusals(urls)).toEqual(urls.map(() => 'refused'))
    expect(
      refusals([
        'http://a.hooks.net./',
        'http://münchen.de/',
        'http://xn--mnchen-3ya.de/',
        'http://HOOKS.net:8080/',
      ]),
    ).toEqual(Array(4).fill('ok'))
  })

  it('says the same of a name with letters beyond ASCII when the engine has optimised what it runs', () => {
    // Each another, as a guard remembers what it said, and each in one piece, as it would be from a request.
    const urls = Array.from({ length: 50_000 }, (_, index) =>
      Buffer.from(`http://münchen.de/${index}`, 'latin1').toString('latin1'),
    )
    const guard = ipaddrGuard({ allowHttp: true })
    expect(urls.filter((url) => guard.inspect(url).kind !== 'ok')).toEqual([])
  })

  it.each(['localhost', 'localhost.', 'ⓛocalhost'])('refuses %s by what it resolves to', async (name) => {
    const { hostname } = new URL(`http://${name}/`)
    expect((await ipaddrGuard().resolve(hostname)).kind).not.toBe('allowed')
    expect(
      (await ipaddrGuard({ resolve: async () => [{ address: '::1', family: 6 }] }).resolve(hostname)).kind,
    ).toBe('refused')
  })

  it.each([
    null,
    undefined,
    [null],
    [undefined],
    ['8.8.8.8'],
    [{}],
    [{ address: '8.8.8.8' }],
    { address: '8.8.8.8', family: 4 },
    'x',
  ])('takes %j from a resolver for a name without an address just now', async (answer) => {
    const odd = ipaddrGuard({ resolve: async () => answer as never })
    expect(await odd.resolve('odd.example.test')).toMatchObject({ kind: 'unresolved' })
  })

  it('takes a resolver that throws, or never answers, for the same', async () => {
    const throwing = ipaddrGuard({
      resolve: () => {
        throw new TypeError('at once')
      },
    })
    expect(await throwing.resolve('odd.example.test')).toMatchObject({ kind: 'unresolved' })
    let asked = 0
    const resolve = () => ((asked += 1) === 1 ? new Promise<never>(() => undefined) : Promise.resolve([]))
    const silent = ipaddrGuard({ resolve, resolveTimeoutMs: 20, cacheMs: 0 })
    expect(await silent.resolve('odd.example.test')).toMatchObject({
      kind: 'unresolved',
      reason: expect.stringContaining('ETIMEOUT'),
    })
    // It is asked again: nothing waits behind the first question for ever.
    expect(await silent.resolve('odd.example.test')).toMatchObject({ kind: 'unresolved' })
    expect(asked).toBe(2)
  })

  it.each([
    '10',
    '010.0.0.1',
    '0x8.8.8.8',
    'fe80::1%eth0',
    '::ffff:8.8.8.8',
    '2001:4860::1%1',
    'example.com',
    '',
  ])('refuses %j where a resolver should give an address', async (address) => {
    const odd = ipaddrGuard({ resolve: async () => [{ address, family: 4 }] })
    expect((await odd.resolve('odd.example.test')).kind).toBe('refused')
  })
})

describe('names of special use', () => {
  const told = (host: string, options = {}) =>
    ipaddrGuard({ allowHttp: true, ...options }).inspect(`http://${host}/`).kind
  const resolve = async () => []

  it.each(['hooks.test', 'test', 'hooks.example', 'a.b.example'])(
    'leaves %s, which is for testing, to whoever answers for names by himself',
    (host) => {
      expect(told(host)).toBe('refused')
      expect(told(host, { allow: ['10.0.0.0/8'] })).toBe('refused')
      expect(told(host, { resolve })).toBe('ok')
    },
  )

  it.each([
    'printer.local',
    'app.svc.cluster.local',
    'router.home.arpa',
    'orders.internal',
    'db.localdomain',
  ])('leaves %s, which is private, to whoever opens a range of his own', (host) => {
    expect(told(host, { resolve })).toBe('refused')
    expect(told(host, { allow: ['10.0.0.0/8'] })).toBe('ok')
  })

  it.each(['localhost', 'app.localhost', 'localhost.localdomain', 'ip6-loopback', 'localhost6'])(
    'lets %s through where loopback is open, and nowhere else',
    (host) => {
      expect(told(host, { resolve, allow: ['10.0.0.0/8'] })).toBe('refused')
      expect(told(host, { allow: ['127.0.0.0/8'] })).toBe('ok')
      expect(told(host, { allow: ['::1'] })).toBe('ok')
    },
  )

  it.each(['a.invalid', 'a.onion', 'a.alt'])('never lets %s through', (host) => {
    expect(told(host, { resolve, allow: ['0.0.0.0/0', '::/0'] })).toBe('refused')
  })

  it('knows a label from the end of one', () => {
    for (const host of [
      'mylocalhost.net',
      'local.net',
      'contest.net',
      'example.com',
      'an-example.net',
      'internal.net',
    ])
      expect(told(host), host).toBe('ok')
  })
})

describe('what the guard is told to allow', () => {
  it.each([
    '10/8',
    '010.0.0.0/8',
    '0x0a000000/8',
    '10.0.0.0/33',
    'fe80::1%eth0/64',
    'fe80::1%eth0',
    '10',
    'intranet',
    '',
  ])('does not take %j for a range, and names the entry', (entry) => {
    expect(() => ipaddrGuard({ allow: ['10.0.0.0/8', entry] })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringContaining(`network.allow[1]: `) as string,
        issues: [
          { path: 'network.allow[1]', message: expect.stringContaining(JSON.stringify(entry)) as string },
        ],
      }),
    )
  })

  it('opens a range from edge to edge and nothing beside it', async () => {
    const open = ipaddrGuard({ allowHttp: true, allow: ['10.1.0.0/16', 'fd00:1::/32'] })
    for (const address of ['10.1.0.0', '10.1.255.255', 'fd00:1::', 'fd00:1:ffff:ffff:ffff:ffff:ffff:ffff'])
      expect(await judged(address, open), address).toBe('allowed')
    for (const address of ['10.0.255.255', '10.2.0.0', 'fd00::ffff', 'fd00:2::', '127.0.0.1'])
      expect(await judged(address, open), address).toBe('refused')
  })

  it('does not open an allowed IPv4 address that is written into an IPv6 one', async () => {
    const open = ipaddrGuard({ allowHttp: true, allow: ['0.0.0.0/0'] })
    expect(await judged('10.0.0.1', open)).toBe('allowed')
    for (const address of ['::ffff:10.0.0.1', '::10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::1'])
      expect(await judged(address, open), address).toBe('refused')
  })
})

describe('how the guard asks for a name', () => {
  /** A resolver that answers when the test says so. */
  const held = (cacheMs?: number) => {
    const ends: { found(): void; lost(): void }[] = []
    const resolve = () =>
      new Promise<{ address: string; family: 4 }[]>((answer, fail) =>
        ends.push({
          found: () => answer([{ address: '8.8.8.8', family: 4 }]),
          lost: () => fail(Object.assign(new Error('gone'), { code: 'ENOTFOUND' })),
        }),
      )
    return { guard: ipaddrGuard({ resolve, cacheMs }), ends }
  }

  it('has one question out for a name, however long the answer takes', async () => {
    const { guard: asking, ends } = held(1)
    const first = asking.resolve('slow.example.test')
    await new Promise((resolve) => setTimeout(resolve, 20))
    const second = asking.resolve('slow.example.test')
    const other = asking.resolve('other.example.test')
    expect(ends).toHaveLength(2)
    ends.forEach(({ found }) => found())
    expect((await Promise.all([first, second, other])).map(({ kind }) => kind)).toEqual(
      Array(3).fill('allowed'),
    )
  })

  it('keeps that a name was not found as it keeps what was', async () => {
    const { guard: asking, ends } = held()
    const first = asking.resolve('dead.example.test')
    ends[0]?.lost()
    expect(await first).toMatchObject({ kind: 'unresolved', reason: expect.stringContaining('ENOTFOUND') })
    expect(await asking.resolve('dead.example.test')).toEqual(await first)
    expect(ends).toHaveLength(1)
  })

  it('asks again once the answer is not kept any more', async () => {
    const { guard: asking, ends } = held(0)
    for (const round of [0, 1]) {
      const answer = asking.resolve('moved.example.test')
      ends[round]?.found()
      expect(await answer).toMatchObject({ kind: 'allowed' })
    }
    expect(ends).toHaveLength(2)
  })
})
