import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { memoryStorage, type Storage } from '@swigs/webhooks-dispatcher'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testSize } from '../../../tools/test-size.js'
import { adminRoutes, type ManagedDispatcher } from '../src/index.js'
import { MOUNTS, type Mount, type Sent } from './mounts.js'
import { customer, dispatcherOn, HEADER_SECRET, registration, SECRET } from './support.js'

const WRITES = /^(insert|update|remove|append|fanOut|resend|cancel|cancelPending|recover|settle|wake|prune)$/

/** A storage that notes each call that may change it. */
const watched = (storage: Storage) => {
  const writes: string[] = []
  const watch = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (given, name) => {
        const member = Reflect.get(given, name) as unknown
        if (typeof member === 'object' && member !== null) return watch(member)
        if (typeof member !== 'function' || !WRITES.test(String(name))) return member
        return (...args: unknown[]) => {
          writes.push(String(name))
          return (member as (...given: unknown[]) => unknown).apply(given, args)
        }
      },
    })
  return { storage: watch(storage), writes }
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '$gt',
    '$where',
    '..',
    '',
    'null',
    '0',
    '-1',
    '1e999',
    '\u0000',
  ),
  fc.constantFrom('%2e%2e%2f', '%00', '%', '%zz', '%E0%A4%A', "' OR 1=1 --", '<script>', '{"$ne":null}'),
)

const value: fc.Arbitrary<unknown> = fc.oneof(
  { depthSize: 'small' },
  hostile,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    { $gt: '' },
    { $ne: null },
    [{ $where: '1' }],
    -0,
    1e308,
    'https://example.com/',
    ['*'],
    ['order.paid'],
  ),
)

const FIELDS = [
  'appName',
  'url',
  'events',
  'appSecret',
  'filters',
  'isActive',
  'description',
  'headers',
  'rateLimit',
]
const name = fc.oneof(
  fc.constantFrom(
    ...FIELDS,
    'overlapMs',
    'since',
    'until',
    '_id',
    'stats',
    'limit',
    'cursor',
    'status',
    'dryRun',
  ),
  hostile,
)

/** Right but for one field, which no schema can judge by its form. */
const wrongInOne = fc
  .tuple(
    fc.subarray(Object.entries({ ...registration, description: 'changed', isActive: false })),
    fc.constantFrom(
      { url: 'https://10.0.0.1/' },
      { url: 'https://inside.example.com/' },
      { url: 'http://example.com/' },
      { events: ['order.exploded'] },
      { appSecret: 'short' },
      { appSecret: '********' },
      { headers: { host: 'example.com' } },
      { filters: { siteIds: [''] } },
      { since: '2026-02-01T10:00:00Z', until: 'now' },
      { overlapMs: 1e12 },
    ),
  )
  .map(([right, wrong]) => JSON.stringify({ ...Object.fromEntries(right), ...wrong }))

/** Fields at random, and now and then a body that is nearly right. */
const body = fc.oneof(
  { weight: 2, arbitrary: wrongInOne },
  fc.dictionary(name, value, { maxKeys: 6 }).map((given) => JSON.stringify(given)),
  fc.dictionary(name, value, { maxKeys: 2 }).map((given) => JSON.stringify({ ...registration, ...given })),
  value.map((given) => JSON.stringify(given) ?? ''),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '{"__proto__":{"a":1}}',
    '[['.repeat(2_000),
    `"${'x'.repeat(70_000)}"`,
  ),
)

const query = fc
  .array(fc.tuple(name, fc.oneof(hostile, fc.integer().map(String))), { maxLength: 4 })
  .map((pairs) => pairs.map(([key, text]) => `${encodeURIComponent(key)}=${encodeURIComponent(text)}`))
  .map((pairs) => (pairs.length > 0 ? `?${pairs.join('&')}` : ''))

const contentType = fc.oneof(
  { weight: 4, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('application/json; charset=utf-8', 'text/plain', 'application/xml', ''),
  },
)
const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS')

/** Another each time; `FUZZ_SEED` repeats one. */
const seed = Number(process.env['FUZZ_SEED'] || randomInt(2 ** 31))
console.log(`FUZZ_SEED=${seed}`)

const many = testSize === 'long' ? 20 : 1

describe.each([
  ['fetch', 100 * many],
  ['Express 5', 15 * many],
  ['Fastify 5', 15 * many],
] as const)('under %s, with %i requests a route,', (mountName, runs) => {
  let world: ReturnType<typeof dispatcherOn>
  let mount: Mount
  let writes: string[]
  let ids: { id: string; deliveryId: string; eventId: string }

  beforeEach(async () => {
    const { storage, writes: noted } = watched(memoryStorage())
    writes = noted
    world = dispatcherOn(storage)
    mount = await (MOUNTS[mountName] as (given: ManagedDispatcher) => Promise<Mount>)(world.webhooks)
    const headers = { authorization: HEADER_SECRET }
    const { id } = await world.webhooks.subscriptions.create({
      ...registration,
      events: ['*'],
      headers,
    } as never)
    const event = await world.webhooks.dispatch('customer.created', customer)
    await world.webhooks.drain()
    const [delivery] = (await world.webhooks.deliveries.list()).items
    ids = { id, deliveryId: delivery?.id ?? '', eventId: event.id ?? '' }
  })
  afterEach(async () => {
    await mount.close()
    await world.webhooks.stop()
  })

  const everything = async () => {
    const { subscriptions, deliveries, events } = world.webhooks
    const lists = [
      subscriptions.list({ limit: 200 }),
      deliveries.list({ limit: 200 }),
      events.list({ limit: 200 }),
    ]
    return JSON.stringify(await Promise.all(lists))
  }

  const request = (route: (typeof adminRoutes)[number]): fc.Arbitrary<Sent> =>
    fc
      .record({
        method: fc.oneof(
          { weight: 4, arbitrary: fc.constant<string>(route.method) },
          { weight: 1, arbitrary: method },
        ),
        // What is refused for its id or its query gets no further: mostly they are right.
        segments: fc.array(fc.option(hostile, { nil: null, freq: 1 }), { minLength: 3, maxLength: 3 }),
        query: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 1, arbitrary: query }),
        body,
        type: contentType,
      })
      .map(({ method: verb, segments, query: search, body: text, type }) => ({
        method: verb,
        path: `${pathOf(route.path, segments)}${search}`,
        headers: type === '' ? {} : { 'content-type': type },
        ...(text !== '' && { body: new TextEncoder().encode(text) }),
      }))

  /** With ids that are there, or hostile ones. */
  const pathOf = (path: string, segments: readonly (string | null)[]) => {
    const left = [...segments]
    return path.replaceAll(/:(\w+)/g, (_match, key: keyof typeof ids) => {
      const given = left.pop() ?? ''
      // Whoever sends dots steps out of the mount before anything is sent.
      return given === '' || given === '..' ? ids[key] : encodeURIComponent(given)
    })
  }

  it.each(adminRoutes.map((route) => [route.name, route] as const))(
    '%s never answers 500, never tells a secret, and what it refuses changes nothing',
    async (_name, route) => {
      let before = await everything()
      await fc.assert(
        fc.asyncProperty(request(route), async (sent) => {
          writes.length = 0
          const answer = await mount.send(sent)
          const changed = writes.length > 0
          expect(answer.status).not.toBe(500)
          expect(answer.text).not.toContain(HEADER_SECRET)
          if (answer.status !== 201) expect(answer.text).not.toContain(SECRET)
          const isText = route.textType !== null && answer.status === route.status
          if (sent.method !== 'HEAD' && !isText)
            expect(() => JSON.parse(answer.text) as unknown).not.toThrow()
          const after = changed ? await everything() : before
          if (answer.status >= 400 || sent.method === 'GET' || sent.method === 'HEAD')
            expect(after).toBe(before)
          before = after
        }),
        { numRuns: runs, seed, endOnFailure: true },
      )
    },
  )
})
