import { inspect } from 'node:util'
import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { delay, http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AdminApiError, adminRoutes, createAdminClient } from '../src/index.js'
import { BASE, TOKEN } from './mounts.js'
import { adminHandler } from '../src/fetch.js'
import { customer, dispatcherOn, registration, SECRET } from './support.js'

const baseUrl = `https://cms.example.com${BASE}`
const world = dispatcherOn(memoryStorage())
const seen: string[] = []
const handle = adminHandler(world.webhooks, {
  basePath: BASE,
  authorize: ({ headers }) => headers.get('authorization') === `Bearer ${TOKEN}`,
})
const server = setupServer(
  http.all('https://cms.example.com/*', async ({ request }) => {
    seen.push(`${request.method} ${new URL(request.url).pathname.slice(BASE.length)}`)
    return handle(request.clone() as Request)
  }),
  http.all('https://html.example.com/*', () => HttpResponse.html('<p>Bad gateway</p>', { status: 502 })),
  http.all('https://page.example.com/*', () => HttpResponse.html('<p>Our shop</p>')),
  http.all('https://silent.example.com/*', () => delay('infinite')),
  http.all('https://gone.example.com/*', () => HttpResponse.error()),
)

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterAll(async () => {
  server.close()
  await world.webhooks.stop()
})

const admin = createAdminClient({ baseUrl, token: TOKEN })
const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable(),
    (error: unknown) => error as AdminApiError,
  )

describe('the admin client', () => {
  it('has a method for every route, and calls it', async () => {
    expect(Object.keys(admin).sort()).toEqual(adminRoutes.map(({ name }) => name).sort())
    const { id, appSecret } = await admin.createSubscription({
      ...registration,
      events: ['customer.created'],
    })
    expect(appSecret).toBe(SECRET)
    expect(await admin.getSubscription({ id })).toMatchObject({ id, appSecret: '********' })
    expect(await admin.updateSubscription({ id, description: 'one' })).toMatchObject({ description: 'one' })
    expect(await admin.patchSubscription({ id, description: 'two' })).toMatchObject({ description: 'two' })
    expect(await admin.pauseSubscription({ id })).toMatchObject({ state: 'paused', isActive: true })
    expect(await admin.resumeSubscription({ id })).toMatchObject({ state: 'active', isActive: true })
    expect((await admin.rotateSecret({ id, overlapMs: 1_000 })).appSecret).toMatch(/^[0-9a-f]{64}$/)
    expect(await admin.testSubscription({ id })).toMatchObject({ success: true })
    world.receiver.status = 503
    const event = await world.webhooks.dispatch('customer.created', customer)
    await world.webhooks.drain()
    const { items } = await admin.listDeliveries({ status: 'pending', limit: 10 })
    const deliveryId = items[0]?.id ?? ''
    expect(await admin.getDelivery({ deliveryId })).toMatchObject({ request: { method: 'POST' } })
    expect(await admin.cancelDelivery({ deliveryId })).toMatchObject({ status: 'cancelled' })
    expect(await admin.resendDelivery({ deliveryId })).toMatchObject({ status: 'pending' })
    expect((await admin.listDeliveriesOfSubscription({ id })).items.length).toBe(2)
    const since = '2026-01-01T00:00:00Z'
    expect(await admin.recoverDeliveries({ id, since, dryRun: true })).toEqual({ count: 0, dryRun: true })
    expect(await admin.countDeliveries({ subscriptionId: id })).toEqual({ count: 2, atLeast: false })
    const { id: replayId } = await admin.replayDeliveries({ since, which: 'all', siteId: 'nowhere' })
    expect(await admin.getReplay({ id: replayId ?? '' })).toMatchObject({ state: 'running', total: 0 })
    expect((await admin.listReplays()).items).toHaveLength(1)
    expect(await admin.cancelReplay({ id: replayId ?? '' })).toMatchObject({ state: 'cancelled' })
    expect(await admin.resendAllDeliveries({ since, dryRun: true })).toMatchObject({ count: 1 })
    expect(await admin.cancelAllDeliveries({ since, dryRun: true })).toMatchObject({ count: 1 })
    expect(await admin.pauseAllSubscriptions({ ids: [id], dryRun: true })).toEqual({ count: 1 })
    expect((await admin.listEvents({ type: 'customer.created' })).items).toHaveLength(1)
    expect(await admin.getEvent({ eventId: event.id ?? '' })).toMatchObject({ type: 'customer.created' })
    expect((await admin.listEventTypes()).map(({ type }) => type)).toContain('order.shipped')
    expect(await admin.getStats()).toMatchObject({ pending: 1 })
    expect((await admin.getMetrics({ id, step: 'hour' })).points.at(-1)).toMatchObject({ attempts: 2 })
    expect((await admin.getStatsMetrics()).points.at(-1)).toMatchObject({ failedBy: { http: 1 } })
    expect(await admin.getOpenApi()).toMatchObject({ openapi: '3.1.0' })
    expect(await admin.removeSubscription({ id })).toEqual({ message: 'Subscription deleted' })
    expect(new Set(seen.map((line) => line.split(' ')[0]))).toEqual(
      new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    )
  })

  it('pages through subscriptions by the cursor of the Link header', async () => {
    for (const appName of ['a', 'b', 'c']) await admin.createSubscription({ ...registration, appName })
    const names: string[] = []
    let cursor: string | undefined
    do {
      const { items, nextCursor } = await admin.listSubscriptions({ limit: 2, ...(cursor && { cursor }) })
      names.push(...items.map(({ appName }) => appName))
      cursor = nextCursor ?? undefined
    } while (cursor)
    expect(names.sort()).toEqual(['a', 'b', 'c'])
  })

  it('answers a test that failed as the outcome that it is', async () => {
    const { id } = await admin.createSubscription(registration)
    world.receiver.status = 404
    expect(await admin.testSubscription({ id })).toMatchObject({
      success: false,
      error: 'The receiver answered 404',
    })
  })

  it('throws the server’s own text, its status and the fields at fault', async () => {
    const error = await failure(admin.createSubscription({ ...registration, url: 'https://127.0.0.1/' }))
    expect(error).toBeInstanceOf(AdminApiError)
    expect(error).toMatchObject({ code: 'ADMIN_API_ERROR', status: 400, issues: [{ path: 'url' }] })
    expect(error.message).toMatch(/^createSubscription: The subscription is not valid: url: /)
    expect(await failure(admin.getSubscription({ id: '../stats' }))).toMatchObject({ status: 404 })
    const stranger = createAdminClient({ baseUrl, token: 'wrong' })
    expect(await failure(stranger.getStats())).toMatchObject({ status: 403, message: 'getStats: Forbidden' })
  })

  it('throws where what answers is no admin API, or nothing does', async () => {
    const html = createAdminClient({ baseUrl: 'https://html.example.com/' })
    const text = 'and no answer of the admin API'
    expect(await failure(html.getStats())).toMatchObject({
      status: 502,
      message: `getStats: HTTP 502, ${text}`,
    })
    // An app in the browser answers whatever path with its page.
    const page = createAdminClient({ baseUrl: 'https://page.example.com/' })
    expect(await failure(page.getStats())).toMatchObject({
      status: 200,
      message: `getStats: HTTP 200, ${text}`,
    })
    const gone = createAdminClient({ baseUrl: 'https://gone.example.com/' })
    expect(await failure(gone.getStats())).toMatchObject({ status: 0, cause: expect.any(Error) })
    for (const wrong of [
      '',
      'cms.example.com',
      'ftp://cms.example.com',
      'https://ada:hidden@cms.example.com',
    ])
      expect(() => createAdminClient({ baseUrl: wrong })).toThrow(/baseUrl: (?!.*hidden)/)
    expect(() => createAdminClient(undefined as never)).toThrow(/baseUrl: /)
  })

  it('sends no id that would lead to another address', async () => {
    seen.length = 0
    for (const id of ['', '.', '..', undefined, null, 5] as never[]) {
      expect(await failure(admin.removeSubscription({ id }))).toMatchObject({
        code: 'INVALID_OPTIONS',
        message: 'removeSubscription: id: Expected an id.',
      })
    }
    expect(seen).toEqual([])
    expect(await failure(admin.getSubscription({ id: '..%2f' }))).toMatchObject({ status: 404 })
  })

  it('leaves no misspelt field out, whoever is not typed', async () => {
    for (const call of [
      admin.listDeliveries({ stauts: 'failed' } as never),
      admin.recoverDeliveries({ id: 'x', since: '2026-01-01T00:00:00Z', dryrun: true } as never),
    ])
      expect(await failure(call)).toMatchObject({
        status: 400,
        issues: [{ message: expect.stringContaining('Unknown field') }],
      })
  })

  it('gives up on an answer that does not come', async () => {
    const silent = createAdminClient({ baseUrl: 'https://silent.example.com/', timeoutMs: 10 })
    expect(await failure(silent.getStats())).toMatchObject({ status: 0 })
  })

  it('sends the headers that it was given with every request', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` }
    expect(await createAdminClient({ baseUrl, headers }).getStats()).toHaveProperty('pending')
  })

  it('shows its token in no error', async () => {
    const gone = createAdminClient({ baseUrl: 'https://gone.example.com/', token: 'hidden-token' })
    expect(inspect(await failure(gone.getStats()), { depth: 10, showHidden: false })).not.toContain('hidden')
  })

  it('is typed by the table', () => {
    const neverCalled = () => {
      // @ts-expect-error an id is needed
      void admin.getSubscription()
      // @ts-expect-error a misspelt field
      void admin.createSubscription({ ...registration, appname: 'x' })
      // @ts-expect-error a status that there is not
      void admin.listDeliveries({ status: 'lost' })
    }
    expect(neverCalled).toBeTypeOf('function')
  })
})
