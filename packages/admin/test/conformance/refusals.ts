import { expect, it } from 'vitest'
import { ROUTES } from '../../src/routes.js'
import { registration } from '../support.js'
import type { Harness } from './harness.js'

const json = { 'content-type': 'application/json' }

export const describeRefusals = (harness: Harness): void => {
  it.each([
    ['an unknown field', { ...registration, isAdmin: true }, 'isAdmin'],
    ['the _id of a document', { ...registration, _id: '65a000000000000000000001' }, '_id'],
    ['statistics', { ...registration, stats: { totalSent: 9 } }, 'stats'],
    ['a missing name', { ...registration, appName: undefined }, 'appName'],
    ['an operator for a name', { ...registration, appName: { $gt: '' } }, 'appName'],
    [
      'an operator for a site',
      { ...registration, filters: { siteIds: [{ $ne: null }] } },
      'filters.siteIds[0]',
    ],
    ['an unknown filter', { ...registration, filters: { $where: '1' } }, 'filters.$where'],
    ['an unknown event', { ...registration, events: ['order.exploded'] }, 'events[0]'],
    ['no events', { ...registration, events: [] }, 'events'],
    ['a short secret', { ...registration, appSecret: 'short' }, 'appSecret'],
    ['the mask for a secret', { ...registration, appSecret: '********' }, 'appSecret'],
    ['the mask for a header', { ...registration, headers: { 'X-Api-Key': '********' } }, 'headers.X-Api-Key'],
    ['plain http', { ...registration, url: 'http://workflow.swigs.online/' }, 'url'],
    ['an address that is not public', { ...registration, url: 'https://169.254.169.254/' }, 'url'],
    ['a name that leads inside', { ...registration, url: 'https://inside.example.com/' }, 'url'],
    ['a header of ours', { ...registration, headers: { 'Content-Length': '5' } }, 'headers.Content-Length'],
    ['a header with a line break', { ...registration, headers: { 'x-a': 'b\r\nx: y' } }, 'headers.x-a'],
    ['a limit of nothing', { ...registration, rateLimit: { limit: 0, windowMs: 1 } }, 'rateLimit'],
    ['a list for a body', [registration], ''],
    ['null for a body', null, ''],
  ])('refuses %s with a 400 that names the field, and stores nothing', async (_what, body, path) => {
    const answer = await harness.send({
      method: 'POST',
      path: '/',
      headers: json,
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(400)
    const paths = (answer.body.issues as { path: string }[]).map((issue) => issue.path)
    expect(
      paths.some((given) => given === path || given.startsWith(`${path}.`)),
      paths.join(),
    ).toBe(true)
    expect(answer.body.message).toEqual(expect.any(String))
    expect((await harness.call('GET', '/')).body).toEqual([])
  })

  it.each(['PUT', 'PATCH'])(
    'refuses by %s what it refuses to register, and changes nothing',
    async (method) => {
      const id = await harness.register()
      const { body: before } = await harness.call('GET', `/${id}`)
      for (const [field, value] of [
        ['url', 'https://169.254.169.254/'],
        ['url', 'https://inside.example.com/'],
        ['url', 'https://ada:hidden@workflow.swigs.online/'],
        ['appName', { $gt: '' }],
        ['events', ['order.exploded']],
        ['appSecret', 'short'],
        ['isActive', 'yes'],
        ['stats', { totalSent: 9 }],
        ['_id', id],
      ] as const) {
        const { status, body } = await harness.call(method, `/${id}`, { description: 'new', [field]: value })
        expect([status, JSON.stringify(body)], field).toEqual([400, expect.not.stringContaining('hidden')])
        expect((body.issues as { path: string }[])[0]?.path).toMatch(new RegExp(`^${field}`))
      }
      expect((await harness.call('GET', `/${id}`)).body).toEqual(before)
    },
  )

  it.each(ROUTES.map((route) => [route.name, route] as const))(
    'refuses what %s does not know',
    async (_name, { method, path }) => {
      const somewhere = path.replaceAll(/:\w+/g, 'x')
      const query = await harness.call(method, `${somewhere}?surprise=1`)
      expect(query).toMatchObject({ status: 400, body: { issues: [{ path: 'surprise' }] } })
      if (method === 'GET') return
      const { status, body } = await harness.call(method, somewhere, { surprise: 1 })
      expect([status, (body.issues as { path: string }[]).map((issue) => issue.path)]).toEqual([
        400,
        expect.arrayContaining(['surprise']),
      ])
    },
  )

  it('refuses queries that are wrong, unknown, given twice or operators', async () => {
    const id = await harness.register()
    for (const [query, path] of [
      ['limit=0', 'limit'],
      ['limit=201', 'limit'],
      ['limit=many', 'limit'],
      ['limit=1&limit=2', 'limit'],
      ['limit[$gt]=1', 'limit[$gt]'],
      ['status=lost', 'status'],
      ['since=yesterday', 'since'],
      ['sort=name', 'sort'],
    ] as const) {
      const { status, body } = await harness.call('GET', `/${id}/deliveries?${query}`)
      expect(status, query).toBe(400)
      expect(body.issues, query).toMatchObject([{ path }])
    }
    expect(
      (await harness.call('POST', `/${id}/recover?dryRun=maybe`, { since: '2026-01-01T00:00:00Z' })).status,
    ).toBe(400)
    expect((await harness.call('POST', `/${id}/recover`, {})).body.issues).toMatchObject([{ path: 'since' }])
    expect((await harness.call('POST', `/${id}/rotate-secret`, { overlapMs: -1 })).body.issues).toMatchObject(
      [{ path: 'overlapMs' }],
    )
  })

  it('answers 404 to ids that are not there or are none', async () => {
    for (const id of [
      '65a0000000000000000000ff',
      'nonsense',
      '%24gt',
      '%7B%22%24gt%22%3A%22%22%7D',
      'a%00b',
      '..%2f',
    ])
      for (const [method, path] of [
        ['GET', `/${id}`],
        ['PUT', `/${id}`],
        ['DELETE', `/${id}`],
        ['POST', `/${id}/test`],
        ['POST', `/${id}/rotate-secret`],
        ['POST', `/${id}/pause`],
        ['GET', `/${id}/deliveries`],
        ['GET', `/${id}/metrics`],
        ['GET', `/deliveries/${id}`],
        ['POST', `/deliveries/${id}/resend`],
        ['POST', `/deliveries/${id}/cancel`],
        ['GET', `/events/${id}`],
      ] as const) {
        const answer = await harness.call(method, path, method === 'PUT' ? { isActive: false } : undefined)
        expect(answer, `${method} ${path}`).toMatchObject({ status: 404, body: { message: 'Not found' } })
      }
    const since = '2026-01-01T00:00:00Z'
    expect((await harness.call('POST', '/nonsense/recover', { since })).status).toBe(404)
    for (const path of ['/a/path/that/is/not/there', '/Stats', '/%73tats', '/stats//', '/deliveries%2fx'])
      expect((await harness.call('GET', path)).status, path).toBe(404)
    expect((await harness.call('GET', '/stats/')).status).toBe(200)
  })

  it('answers 400 to a path that is not well formed', async () => {
    expect((await harness.call('GET', '/%E0%A4%A')).status).toBe(400)
  })

  it('answers 405 with Allow to methods that are not there', async () => {
    const id = await harness.register()
    for (const [method, path, allow] of [
      ['DELETE', '/', 'GET, HEAD, POST'],
      ['POST', `/${id}`, 'GET, HEAD, PUT, PATCH, DELETE'],
      ['GET', `/${id}/test`, 'POST'],
      ['PUT', '/deliveries', 'GET, HEAD'],
      ['OPTIONS', '/stats', 'GET, HEAD'],
    ] as const) {
      const { status, headers } = await harness.call(method, path)
      expect([status, headers.get('allow')], `${method} ${path}`).toEqual([405, allow])
    }
  })

  it('answers HEAD as GET, without a body', async () => {
    const told = async (method: string, path: string) => {
      const { status, body, headers } = await harness.call(method, path)
      const own = ['content-type', 'cache-control', 'x-content-type-options', 'link'].map((name) =>
        headers.get(name),
      )
      return { status, own, body, length: headers.get('content-length') }
    }
    await harness.register()
    await harness.register()
    for (const path of ['/', '/?limit=1', '/event-types', '/nothing-here']) {
      const get = await told('GET', path)
      const length = String(Buffer.byteLength(JSON.stringify(get.body)))
      expect(await told('HEAD', path), path).toEqual({ ...get, body: null, length })
    }
  })

  it('lets nobody in whom the guards refuse', async () => {
    const answer = await harness.call('GET', '/', undefined, { authorization: 'Bearer somebody-else' })
    expect(answer).toMatchObject({ status: 401, body: { message: 'Not authorized' } })
  })

  it('answers in JSON that nobody keeps', async () => {
    const { headers } = await harness.call('GET', '/')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
}
