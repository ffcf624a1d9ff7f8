import { verifySignature } from '@swigs/webhooks-protocol'
import { expect, it } from 'vitest'
import { HEADER_SECRET, registration, SECRET, SITE } from '../support.js'
import type { Harness } from './harness.js'

const MASK = '********'

export const describeSubscriptions = (harness: Harness): void => {
  it('registers with the seed’s body: 201, the seed’s fields, and its secret this once', async () => {
    const { status, body } = await harness.call('POST', '/', registration)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      _id: body.id,
      appName: 'swigs-workflow',
      appSecret: SECRET,
      url: registration.url,
      events: registration.events,
      filters: { siteIds: [] },
      isActive: true,
      stats: { totalSent: 0, totalFailed: 0 },
    })
    const list = await harness.call('GET', '/')
    expect(list.body).toEqual([{ ...body, appSecret: MASK }])
    expect((await harness.call('GET', `/${body.id}`)).body).toEqual({ ...body, appSecret: MASK })
  })

  it('makes a secret of 32 random bytes where none is given', async () => {
    const { body } = await harness.call('POST', '/', { ...registration, appSecret: undefined })
    expect(body.appSecret).toMatch(/^[0-9a-f]{64}$/)
  })

  it('masks secret-like headers in every answer', async () => {
    const headers = { authorization: HEADER_SECRET, 'x-shop': 'one' }
    const { body } = await harness.call('POST', '/', { ...registration, headers })
    expect(body.headers).toEqual({ authorization: MASK, 'x-shop': 'one' })
    const { body: changed } = await harness.call('PUT', `/${body.id}`, { isActive: false })
    expect(JSON.stringify(changed)).not.toContain(HEADER_SECRET)
  })

  it.each(['PUT', 'PATCH'])('updates the given fields alone by %s', async (method) => {
    const id = await harness.register({ description: 'as it was' })
    const { status, body } = await harness.call(method, `/${id}`, {
      url: 'https://other.example.com/hooks',
      filters: { siteIds: [SITE] },
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      appName: 'swigs-workflow',
      description: 'as it was',
      url: 'https://other.example.com/hooks',
      filters: { siteIds: [SITE] },
      appSecret: MASK,
    })
    expect((await harness.call('GET', `/${id}`)).body).toEqual(body)
  })

  it('removes, in the seed’s words; then it is not found', async () => {
    const id = await harness.register()
    const removed = await harness.call('DELETE', `/${id}`)
    expect(removed).toMatchObject({ status: 200, body: { message: 'Subscription deleted' } })
    for (const method of ['GET', 'DELETE'])
      expect(await harness.call(method, `/${id}`)).toMatchObject({
        status: 404,
        body: { message: 'Not found' },
      })
    expect(await harness.call('PUT', `/${id}`, { isActive: true })).toMatchObject({ status: 404 })
  })

  it('lists newest first, a page at a time, the next one in a Link header', async () => {
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) {
      ids.unshift(await harness.register({ appName: `app-${index}` }))
      await harness.clock.advance(1)
    }
    const seen: string[] = []
    let path: string | null = '/?limit=2'
    while (path !== null) {
      const { body, headers } = await harness.call('GET', path)
      expect(body.length).toBeLessThanOrEqual(2)
      seen.push(...(body as { id: string }[]).map(({ id }) => id))
      const [, next = null] = /^<(\?.+)>; rel="next"$/.exec(headers.get('link') ?? '') ?? []
      path = next && `/${next}`
    }
    expect(seen).toEqual(ids)
  })

  it('tests in the seed’s words', async () => {
    const id = await harness.register()
    const { status, body } = await harness.call('POST', `/${id}/test`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: true,
      message: 'Test webhook sent',
      statusCode: 200,
      responseBody: 'thank you',
    })
    expect(harness.transport.requests[0]?.json).toMatchObject({ event: 'test' })
  })

  it('says what came back when a test fails', async () => {
    const id = await harness.register()
    harness.receiver.status = 404
    harness.receiver.body = 'no such route'
    const { status, body } = await harness.call('POST', `/${id}/test`)
    expect(status).toBe(500)
    expect(body).toMatchObject({
      success: false,
      error: 'The receiver answered 404',
      statusCode: 404,
      durationMs: expect.any(Number),
      responseBody: 'no such route',
    })
  })

  it('rotates the secret: shown once, the old one signs beside it until the overlap ends', async () => {
    const id = await harness.register()
    const { status, body } = await harness.call('POST', `/${id}/rotate-secret`, { overlapMs: 60_000 })
    expect(status).toBe(200)
    expect(body.appSecret).toMatch(/^[0-9a-f]{64}$/)
    expect(body.previousSecretsExpireAt).toHaveLength(1)
    expect((await harness.call('GET', `/${id}`)).body.appSecret).toBe(MASK)
    const signedWith = async (secret: string) => {
      await harness.happen()
      const { headers, body: sent } = harness.transport.requests.at(-1) ?? { headers: {}, body: '' }
      return verifySignature({ headers, body: sent, secrets: [secret], now: harness.clock.now() }) === null
    }
    expect([await signedWith(SECRET), await signedWith(body.appSecret as string)]).toEqual([true, true])
    await harness.clock.advance(60_001)
    expect([await signedWith(SECRET), await signedWith(body.appSecret as string)]).toEqual([false, true])
  })

  it.each(['PUT', 'PATCH'])(
    'takes a new secret by %s, which signs alone, and does not show it',
    async (method) => {
      const id = await harness.register()
      const appSecret = 'another-secret-another-secret-another'
      const { status, body } = await harness.call(method, `/${id}`, {
        appSecret,
        headers: { 'x-key': appSecret },
      })
      expect([status, body.appSecret, body.headers]).toEqual([200, MASK, { 'x-key': MASK }])
      await harness.happen()
      const [sent] = harness.transport.requests
      const isSignedWith = (secret: string) => {
        const { headers = {}, body: bytes = '' } = sent ?? {}
        return verifySignature({ headers, body: bytes, secrets: [secret], now: harness.clock.now() }) === null
      }
      expect([isSignedWith(SECRET), isSignedWith(appSecret)]).toEqual([false, true])
    },
  )

  it('pauses, so that deliveries wait, and resumes, so that they go', async () => {
    const id = await harness.register()
    harness.receiver.status = 503
    await harness.happen()
    const paused = await harness.call('POST', `/${id}/pause`)
    expect(paused.body).toMatchObject({
      state: 'paused',
      isActive: true,
      pausedAt: expect.any(String),
    })
    await harness.happen()
    const waiting = (await harness.call('GET', `/${id}/deliveries`)).body.items
    const deliveryId = waiting.at(-1).id
    expect(waiting).toHaveLength(2)
    expect((await harness.call('GET', `/deliveries/${deliveryId}`)).body).toMatchObject({
      isPaused: true,
      explanation: expect.stringContaining('nothing is sent until it is resumed'),
    })
    harness.receiver.status = 200
    await harness.clock.advance(60_000)
    await harness.webhooks.drain()
    expect(harness.transport.requests).toHaveLength(1)
    const resumed = await harness.call('POST', `/${id}/resume`)
    expect(resumed.body).toMatchObject({ state: 'active', isActive: true, pausedAt: null })
    await harness.webhooks.drain()
    expect(harness.transport.requests).toHaveLength(3)
    expect((await harness.call('GET', `/${id}/deliveries`)).body.items).toMatchObject([
      { status: 'delivered' },
      { status: 'delivered' },
    ])
  })

  it('switches off, so that nothing is kept, and says so', async () => {
    const id = await harness.register()
    harness.receiver.status = 503
    await harness.happen()
    const off = await harness.call('POST', `/${id}/pause`, { keep: false })
    expect(off.body).toMatchObject({
      state: 'off',
      isActive: false,
      inactiveReason: 'paused',
      pausedAt: null,
    })
    await harness.happen()
    const { items } = (await harness.call('GET', `/${id}/deliveries`)).body
    expect(items).toMatchObject([
      {
        status: 'cancelled',
        reason: 'subscription_off',
        explanation: 'Given up: its subscription was off, and keeps nothing.',
      },
    ])
    expect(await harness.call('POST', `/deliveries/${items[0].id}/resend`)).toMatchObject({ status: 409 })
    expect((await harness.call('POST', `/${id}/resume`)).body).toMatchObject({ state: 'active' })
    expect(await harness.call('POST', `/${id}/pause`, { keep: 'no' })).toMatchObject({ status: 400 })
  })

  it('tells the observer who did it, and no secret', async () => {
    const by = { 'x-user': 'ada' }
    const { body } = await harness.call('POST', '/', registration, by)
    await harness.call('PUT', `/${body.id}`, { description: 'mine' }, by)
    await harness.call('POST', `/${body.id}/rotate-secret`, {}, by)
    await harness.call('POST', `/${body.id}/test`, undefined, by)
    await harness.call('DELETE', `/${body.id}`)
    const changes = harness.observed.filter(({ name }) => name === 'subscription.changed')
    expect(changes).toEqual(
      ['created', 'updated', 'secret_rotated', 'tested', 'removed'].map((change) => ({
        name: 'subscription.changed',
        subscriptionId: body.id,
        change,
        actor: change === 'removed' ? null : 'ada',
      })),
    )
    expect(JSON.stringify(harness.observed)).not.toContain(SECRET)
  })
}
