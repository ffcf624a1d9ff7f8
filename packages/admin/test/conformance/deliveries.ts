import { expect, it } from 'vitest'
import { HEADER_SECRET, SECRET, SITE } from '../support.js'
import type { Harness } from './harness.js'

const idsOf = (body: { items: { id: string }[] }) => body.items.map(({ id }) => id)

export const describeDeliveries = (harness: Harness): void => {
  it('lists deliveries newest first, filtered by status, type, subscription, event, site and time', async () => {
    const first = await harness.register()
    const second = await harness.register({ filters: { siteIds: [SITE] } })
    await harness.happen('another-site')
    await harness.clock.advance(1_000)
    harness.receiver.status = 404
    const event = await harness.happen(SITE)
    const list = async (query: string) => {
      const { body } = await harness.call('GET', `/deliveries${query}`)
      return (body.items as { subscriptionId: string; status: string; createdAt: string }[]).map(
        ({ subscriptionId, status }) => `${subscriptionId === first ? 'first' : 'second'} ${status}`,
      )
    }
    const all = (await harness.call('GET', '/deliveries')).body.items as { createdAt: string }[]
    expect(all).toHaveLength(3)
    expect(all.map(({ createdAt }) => createdAt)).toEqual(
      all.map(({ createdAt }) => createdAt).sort((a, b) => b.localeCompare(a)),
    )
    expect(await list('?status=delivered')).toEqual(['first delivered'])
    expect((await list('?status=failed')).sort()).toEqual(['first failed', 'second failed'])
    expect(await list('?type=order.created')).toEqual([])
    expect(await list('?type=customer.created')).toHaveLength(3)
    expect(await list(`?subscriptionId=${second}`)).toEqual(['second failed'])
    expect(await list('?subscriptionId=nonsense')).toEqual([])
    expect(await list(`?siteId=${SITE}`)).toHaveLength(2)
    expect(await list(`?eventId=${event}`)).toHaveLength(2)
    const since = encodeURIComponent(all[0]?.createdAt ?? '')
    expect(await list(`?since=${since}`)).toHaveLength(2)
    expect(await list(`?until=${since}`)).toEqual(['first delivered'])
    expect(await list(`?subscriptionId=${first}&status=failed&siteId=${SITE}&since=${since}`)).toEqual([
      'first failed',
    ])
    const { body } = await harness.call('GET', `/${first}/deliveries?status=failed`)
    expect(body.items).toMatchObject([{ subscriptionId: first, eventId: event }])
  })

  it('pages through a list; a cursor from elsewhere, or tampered with, is a 400', async () => {
    const id = await harness.register()
    for (let n = 0; n < 5; n += 1) await harness.happen()
    const { body: all } = await harness.call('GET', `/${id}/deliveries`)
    const { body: first } = await harness.call('GET', `/${id}/deliveries?limit=3`)
    const next = (query: string) => harness.call('GET', `/${id}/deliveries?limit=3&cursor=${query}`)
    const cursor = first.nextCursor as string
    const { body: second } = await next(encodeURIComponent(cursor))
    expect([...idsOf(first), ...idsOf(second)]).toEqual(idsOf(all))
    expect(second.nextCursor).toBeNull()
    const elsewhere = [
      await harness.call('GET', `/events?cursor=${encodeURIComponent(cursor)}`),
      await harness.call('GET', `/deliveries?status=failed&cursor=${encodeURIComponent(cursor)}`),
      await next(encodeURIComponent(`${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`)),
      await next('nonsense'),
    ]
    for (const { status, body } of elsewhere) {
      expect(status).toBe(400)
      expect(body.issues).toMatchObject([{ path: 'cursor' }])
    }
  })

  it('shows a delivery as it was sent, secrets masked, with every attempt and the reason in words', async () => {
    const headers = { authorization: HEADER_SECRET, 'x-shop': 'one' }
    const id = await harness.register({ headers })
    harness.receiver.status = 503
    harness.receiver.body = 'try later'
    await harness.happen()
    const [{ id: deliveryId }] = (await harness.call('GET', `/${id}/deliveries`)).body.items
    const { status, body } = await harness.call('GET', `/deliveries/${deliveryId}`)
    expect(status).toBe(200)
    const [sent] = harness.transport.requests
    expect(body.request).toMatchObject({ method: 'POST', url: sent?.url, body: sent?.body })
    const shown = body.request.headers as Record<string, string>
    expect(Object.keys(shown).sort()).toEqual(Object.keys(sent?.headers ?? {}).sort())
    const masked = Object.keys(shown).filter((name) => shown[name] === '********')
    expect(masked.sort()).toEqual(['X-Webhook-Signature', 'authorization', 'webhook-signature'])
    for (const name of Object.keys(shown))
      if (!masked.includes(name)) expect(shown[name]).toBe(sent?.headers[name])
    expect(body.attempts).toMatchObject([
      {
        number: 1,
        statusCode: 503,
        error: 'The receiver answered 503',
        responseBody: 'try later',
        durationMs: expect.any(Number),
        startedAt: '2026-02-01T10:00:00.000Z',
      },
    ])
    expect(body.explanation).toBe('The receiver answered 503; next try at 2026-02-01T10:01:00.000Z.')
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${SECRET}|${HEADER_SECRET}`))
    await harness.clock.advance(60_000)
    await harness.webhooks.drain()
    const given = await harness.call('GET', `/deliveries/${deliveryId}`)
    expect(given.body).toMatchObject({
      status: 'failed',
      explanation: 'The receiver answered 503; given up after 2 attempts.',
      nextAttemptAt: null,
    })
    expect(given.body.request.headers['X-Webhook-Attempt']).toBe('2')
  })

  it('shows what came back in one delivery alone, and nothing secret that the receiver repeats', async () => {
    const id = await harness.register({ headers: { authorization: HEADER_SECRET, 'x-key': 'try' } })
    harness.receiver.status = 503
    harness.receiver.body = `try later; you sent ${HEADER_SECRET}`
    const eventId = await harness.happen()
    const signed = harness.transport.requests[0]?.headers['webhook-signature'] ?? ''
    harness.receiver.body = `${harness.receiver.body} (${HEADER_SECRET.split(' ')[1]}, ${signed})`
    await harness.clock.advance(60_000)
    await harness.webhooks.drain()
    const [listed] = (await harness.call('GET', `/${id}/deliveries`)).body.items
    const answers = async (method: string, path: string) => {
      const { body } = await harness.call(method, path)
      const shown = (body.deliveries?.[0] ?? body.items?.[0] ?? body) as typeof listed
      return (shown.attempts as { responseBody: string | null }[]).map(({ responseBody }) => responseBody)
    }
    const masked = 'try later; you sent ********'
    const one = `/deliveries/${listed.id}`
    expect(await answers('GET', one)).toEqual([masked, `${masked} (********, ********)`])
    for (const [method, path] of [
      ['GET', '/deliveries'],
      ['GET', `/${id}/deliveries`],
      ['GET', `/events/${eventId}`],
      ['POST', `${one}/resend`],
      ['POST', `${one}/cancel`],
    ] as const)
      expect(await answers(method, path), path).toEqual([null, null])
    harness.receiver.status = 200
    harness.receiver.body = HEADER_SECRET
    expect((await harness.call('POST', `/${id}/test`)).body).toMatchObject({ responseBody: '********' })
  })

  it('sends one again, with the same event id', async () => {
    const id = await harness.register()
    harness.receiver.status = 400
    await harness.happen()
    harness.receiver.status = 200
    const [{ id: deliveryId }] = (await harness.call('GET', `/${id}/deliveries`)).body.items
    const resent = await harness.call('POST', `/deliveries/${deliveryId}/resend`, undefined, {
      'x-user': 'eve',
    })
    expect(resent).toMatchObject({ status: 200, body: { id: deliveryId, status: 'pending' } })
    expect(harness.observed.at(-1)).toEqual({
      name: 'delivery.changed',
      deliveryId,
      change: 'resent',
      actor: 'eve',
    })
    await harness.webhooks.drain()
    const [before, after] = harness.transport.requests
    expect(after?.headers['webhook-id']).toBe(before?.headers['webhook-id'])
    expect((await harness.call('GET', `/deliveries/${deliveryId}`)).body).toMatchObject({
      status: 'delivered',
      attemptCount: 2,
      explanation: 'Delivered at 2026-02-01T10:00:00.000Z; the receiver answered 200.',
    })
  })

  it('cancels one that is pending; one that is not is a 409', async () => {
    const id = await harness.register()
    harness.receiver.status = 503
    await harness.happen()
    const [{ id: deliveryId }] = (await harness.call('GET', `/${id}/deliveries`)).body.items
    const cancelled = await harness.call('POST', `/deliveries/${deliveryId}/cancel`, {}, { 'x-user': 'eve' })
    expect(cancelled).toMatchObject({
      status: 200,
      body: { status: 'cancelled', explanation: 'Cancelled before it was delivered.' },
    })
    expect(harness.observed.at(-1)).toMatchObject({ change: 'cancelled', actor: 'eve' })
    harness.receiver.status = 200
    await harness.clock.advance(60_000)
    await harness.happen()
    const [delivered] = (await harness.call('GET', `/${id}/deliveries?status=delivered`)).body.items
    expect(await harness.call('POST', `/deliveries/${delivered.id}/cancel`)).toMatchObject({ status: 409 })
  })

  it('sends none again whose subscription was removed: 409', async () => {
    const id = await harness.register()
    harness.receiver.status = 400
    await harness.happen()
    const [{ id: deliveryId }] = (await harness.call('GET', `/${id}/deliveries`)).body.items
    await harness.call('DELETE', `/${id}`)
    expect(await harness.call('POST', `/deliveries/${deliveryId}/resend`)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('was removed') },
    })
    expect((await harness.call('GET', `/deliveries/${deliveryId}`)).body.request.url).toBeNull()
  })

  it('recovers what failed since a time, previewed first, and nothing that was delivered since', async () => {
    const id = await harness.register()
    const since = new Date(harness.clock.now()).toISOString()
    harness.receiver.status = 404
    for (let n = 0; n < 3; n += 1) await harness.happen()
    harness.receiver.status = 200
    const [{ id: one }] = (await harness.call('GET', `/${id}/deliveries`)).body.items
    await harness.call('POST', `/deliveries/${one}/resend`)
    await harness.webhooks.drain()
    const preview = await harness.call('POST', `/${id}/recover?dryRun=true`, { since })
    expect(preview).toMatchObject({ status: 200, body: { count: 2, dryRun: true } })
    await harness.webhooks.drain()
    expect(harness.transport.requests).toHaveLength(4)
    const recovered = await harness.call('POST', `/${id}/recover`, { since }, { 'x-user': 'eve' })
    expect(recovered.body).toEqual({ count: 2, dryRun: false })
    expect(harness.observed.at(-1)).toEqual({
      name: 'deliveries.recovered',
      subscriptionId: id,
      count: 2,
      actor: 'eve',
    })
    await harness.webhooks.drain()
    expect(harness.transport.requests).toHaveLength(6)
    expect((await harness.call('GET', '/deliveries?status=delivered')).body.items).toHaveLength(3)
    expect((await harness.call('POST', `/${id}/recover`, { since })).body.count).toBe(0)
  })
}
