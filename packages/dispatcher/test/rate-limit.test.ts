import { describe, expect, it } from 'vitest'
import { MINUTE, setUp } from './support.js'

/** The most requests that any window of `windowMs` saw. */
const densest = (times: readonly number[], windowMs: number): number =>
  Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + windowMs).length))

describe('the rate window', () => {
  it('lets 100 out of 500 through in any minute, retries included, and wastes no moment', async () => {
    // The receiver takes its time and fails now and then; what it sees is what is judged.
    const seen: number[] = []
    const { webhooks, clock, subscribe } = setUp({
      respond: (_request, index) => {
        seen.push(clock.now())
        return index % 7 === 3 ? 503 : 200
      },
    })
    await subscribe()
    for (let index = 0; index < 500; index += 1) await webhooks.dispatch('order.created', { index })
    const start = clock.now()
    for (;;) {
      await webhooks.drain()
      const { nextDueAt, pending } = await webhooks.stats()
      if (pending === 0 || !nextDueAt) break
      await clock.advance(Math.max(1, nextDueAt.getTime() - clock.now()))
    }
    expect(densest(seen, MINUTE)).toBe(100)
    const total = seen.length
    expect(total).toBeGreaterThan(560)
    // Nothing idles while anything is due: the n-th hundred goes out at minute n.
    const backlog = seen.filter((at) => at < start + 5 * MINUTE)
    expect(backlog.map((at) => at - start).filter((_, index) => index % 100 === 0)).toEqual(
      [0, 1, 2, 3, 4].map((n) => n * MINUTE),
    )
    const { items } = await webhooks.deliveries.list({ limit: 200, status: 'delivered' })
    expect(items).toHaveLength(200)
  })

  it('counts from the end of a request, not from its start', async () => {
    const slow = setUp({
      rateLimit: { limit: 1, windowMs: 1_000 },
      respond: async () => {
        await slow.clock.sleep(400)
        return 200
      },
    })
    await slow.subscribe()
    await slow.webhooks.start()
    await slow.webhooks.dispatch('a', {})
    await slow.webhooks.dispatch('a', {})
    await slow.clock.advance(3_000)
    expect((slow.sentAt[1] ?? 0) - (slow.sentAt[0] ?? 0)).toBeGreaterThanOrEqual(1_400)
    await slow.webhooks.stop({ graceMs: 0 })
  })

  it('uses up no retry of what waits, and keeps its order', async () => {
    const { webhooks, clock, subscribe, transport } = setUp({ rateLimit: { limit: 2, windowMs: 1_000 } })
    await subscribe()
    for (let index = 0; index < 6; index += 1) {
      await webhooks.dispatch('order.created', { index })
      await clock.advance(1)
    }
    for (let round = 0; round < 3; round += 1) {
      await webhooks.drain()
      await clock.advance(1_000)
    }
    const sent = transport.requests.map(({ json }) => (json.data as { index: number }).index)
    expect(sent.map((index) => index >> 1)).toEqual([0, 0, 1, 1, 2, 2])
    for (const { attemptCount } of (await webhooks.deliveries.list()).items) expect(attemptCount).toBe(1)
  })

  it('is a subscription’s own where it has one, and can be switched off', async () => {
    const { webhooks, subscribe, transport } = setUp({ rateLimit: { limit: 1, windowMs: MINUTE } })
    await subscribe({ url: 'https://default.example.com/' })
    await subscribe({ url: 'https://own.example.com/', rateLimit: { limit: 3, windowMs: MINUTE } })
    await subscribe({ url: 'https://free.example.com/', rateLimit: false })
    for (let index = 0; index < 5; index += 1) await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    const to = (host: string) => transport.requests.filter(({ url }) => url.includes(host)).length
    expect([to('default'), to('own'), to('free')]).toEqual([1, 3, 5])
  })

  it('holds for the test button too', async () => {
    const { webhooks, subscribe, transport } = setUp({ rateLimit: { limit: 1, windowMs: MINUTE } })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(await webhooks.subscriptions.test(id)).toMatchObject({
      delivered: false,
      error: expect.stringMatching(/rate limit/),
    })
    expect(transport.requests).toHaveLength(1)
  })
})
