import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import { EMPTY_WINDOW } from '../../src/core/lane.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { laneOf, MINUTE, setUp } from '../support.js'

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

  it('has every permit stored before its request leaves, so that a crash cannot overspend it', async () => {
    const used: number[] = []
    const storage = memoryStorage()
    const { webhooks, subscribe, transport } = setUp({
      storage,
      rateLimit: { limit: 40, windowMs: MINUTE },
      respond: async () => {
        const { ends, reserved } = (await laneOf(storage, id))?.window ?? EMPTY_WINDOW
        used.push(ends.length + reserved)
        return 200
      },
    })
    const { id } = await subscribe()
    for (let index = 0; index < 50; index += 1) await webhooks.dispatch('order.created', { index })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(40)
    expect(used.filter((permits, index) => permits <= index)).toEqual([])
    await webhooks.stop()
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

describe('the rate window on a clock that may be wrong', () => {
  it('takes ends as late, and the present as early, as they may be', async () => {
    const clock = { ...fakeClock(), uncertaintyMs: () => 100 }
    const { webhooks, subscribe, transport } = setUp({ clock, rateLimit: { limit: 3, windowMs: 1_000 } })
    await subscribe()
    for (let index = 0; index < 6; index += 1) await webhooks.dispatch('order.created', { index })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(3)
    await clock.advance(1_199)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(3)
    await clock.advance(2)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(6)
    await webhooks.stop()
  })

  it('counts permits of a former owner from the latest moment at which they may have been used', async () => {
    const storage = memoryStorage()
    const clock = { ...fakeClock(), uncertaintyMs: () => 100 }
    const { webhooks, subscribe, transport } = setUp({
      storage,
      clock,
      rateLimit: { limit: 1, windowMs: 1_000 },
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    // Somebody had the lane, took its one permit, and was never seen again.
    await storage.events.fanOut({ now: clock.now(), eventIds: [], deliveries: [] })
    await storage.lanes.wake({ subscriptionIds: [id], now: clock.now() })
    const lane = { token: 'gone', now: clock.now(), leaseMs: 5_000, limit: 1 }
    expect((await storage.lanes.acquire(lane)).lanes).toHaveLength(1)
    const window = { ends: [], reserved: 1 }
    await storage.lanes.extend({
      now: lane.now,
      leaseMs: lane.leaseMs,
      lanes: [{ subscriptionId: id, token: 'gone', window }],
    })
    await clock.advance(5_000)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(0)
    await clock.advance(1_199)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(0)
    await clock.advance(2)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    await webhooks.stop()
  })
})
