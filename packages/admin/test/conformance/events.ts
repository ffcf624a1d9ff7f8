import { swigsEvents } from '@swigs/webhooks-protocol'
import { expect, it } from 'vitest'
import { SITE } from '../support.js'
import type { Harness } from './harness.js'

export const describeEvents = (harness: Harness): void => {
  it('lists events by type, site and time, and shows one with its deliveries', async () => {
    await harness.register()
    const first = await harness.happen()
    await harness.clock.advance(1_000)
    const second = await harness.happen(SITE)
    const list = async (query: string) => {
      const { status, body } = await harness.call('GET', `/events${query}`)
      expect(status).toBe(200)
      return (body.items as { id: string }[]).map(({ id }) => id)
    }
    expect(await list('')).toEqual([second, first])
    expect(await list('?type=customer.created&limit=1')).toEqual([second])
    expect(await list('?type=order.paid')).toEqual([])
    expect(await list(`?siteId=${SITE}`)).toEqual([second])
    expect(await list('?until=2026-02-01T10:00:01Z')).toEqual([first])
    const { body } = await harness.call('GET', `/events/${second}`)
    expect(body).toMatchObject({ id: second, siteId: SITE, deliveries: [{ status: 'delivered' }] })
    expect(body.body).toBe(harness.transport.requests[1]?.body)
  })

  it('shows the catalogue with a JSON Schema and an example each', async () => {
    const { status, body } = await harness.call('GET', '/event-types')
    expect(status).toBe(200)
    expect((body as { type: string }[]).map(({ type }) => type)).toEqual(Object.keys(swigsEvents))
    expect(body[0]).toMatchObject({
      type: 'order.created',
      description: 'A new order was created.',
      schema: { type: 'object', required: expect.arrayContaining(['orderId', 'items', 'total']) },
      example: { orderNumber: 'ORD-1001' },
    })
  })

  it('counts what there is to do', async () => {
    await harness.register()
    await harness.happen()
    harness.receiver.status = 503
    await harness.happen()
    const { status, body } = await harness.call('GET', '/stats')
    expect(status).toBe(200)
    expect(body).toMatchObject({ pending: 1, delivered: 1, failed: 0, due: 0, inFlight: 0, lanesHeld: 0 })
  })

  it('has metrics for scrapers, as text, counted from when they were first asked for', async () => {
    const id = await harness.register()
    const read = async (query = '') => {
      const { status, body, headers } = await harness.call('GET', `/metrics${query}`)
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
      return String(body).split('\n')
    }
    expect(await read()).toContain('swigs_webhooks_events_accepted_total 0')
    await read('?bySubscription=true')
    await harness.happen()
    expect(await read()).toContain('swigs_webhooks_events_accepted_total 1')
    expect(await read()).toContain('swigs_webhooks_deliveries_delivered_total 1')
    expect((await read()).join()).not.toContain(id)
    const bySubscription = await read('?bySubscription=true')
    expect(bySubscription).toContain(`swigs_webhooks_deliveries_delivered_total{subscription="${id}"} 1`)
    expect((await harness.call('GET', '/metrics?by=site')).status).toBe(400)
    expect((await harness.call('HEAD', '/metrics')).body).toBe(null)
  })
}
