import { describe, expect, it } from 'vitest'
import { MINUTE, setUp, laneOf } from '../support.js'

const MANY = 40

describe('lanes', () => {
  it('keep one bad endpoint from slowing another: dead ones and a backlog are not noticed', async () => {
    const never = new Promise<never>(() => undefined)
    const { webhooks, clock, subscribe, transport } = setUp({
      rateLimit: false,
      concurrency: 20,
      respond: ({ url }) => (url.includes('dead') ? never : 200),
    })
    // More dead endpoints than there are slots, each with a backlog.
    for (let index = 0; index < MANY; index += 1)
      await subscribe({ url: `https://dead-${index}.example.com/`, events: ['noise'] })
    await subscribe({ url: 'https://healthy.example.com/', events: ['order.created'] })
    const healthy = () => transport.requests.filter(({ url }) => url.includes('healthy')).length
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    for (let index = 0; index < 20; index += 1) await webhooks.dispatch('noise', { index })
    await clock.advance(1)
    expect(transport.requests.length - healthy()).toBe(10)
    for (let index = 0; index < 5; index += 1) await webhooks.dispatch('order.created', { index })
    await clock.advance(1)
    expect(healthy()).toBe(6)
    await webhooks.stop({ graceMs: 0 })
  })

  it('whose endpoints timed out share half of the slots from then on', async () => {
    const { webhooks, clock, subscribe, transport } = setUp({
      rateLimit: false,
      concurrency: 4,
      retry: { delaysMs: [100, 100, 100, 100, 100, 100], jitter: 0 },
      respond: async ({ url }) => {
        if (!url.includes('dead')) return 200
        await clock.sleep(10_000)
        return { kind: 'no_answer', errorClass: 'timeout', error: 'no answer' }
      },
    })
    for (let index = 0; index < 8; index += 1)
      await subscribe({ url: `https://dead-${index}.example.com/`, events: ['noise'] })
    await subscribe({ url: 'https://healthy.example.com/', events: ['order.created'] })
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    await webhooks.dispatch('noise', {})
    // Every dead one has been met once.
    await clock.advance(45_000)
    const before = transport.requests.length
    await webhooks.dispatch('order.created', {})
    await clock.advance(5)
    expect(transport.requests.slice(before).map(({ url }) => new URL(url).hostname)).toEqual([
      'healthy.example.com',
    ])
    await webhooks.stop({ graceMs: 0 })
  })

  it('are set aside when five owners died on them, and tried again after a while', async () => {
    const { webhooks, storage, clock, subscribe, transport, observed } = setUp()
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    for (let owner = 0; owner < 5; owner += 1) {
      await storage.lanes.wake({ subscriptionIds: [id], now: clock.now() })
      await storage.lanes.acquire({
        token: `dies-${owner}`,
        now: clock.now(),
        leaseMs: 1,
        limit: 1,
      })
      await clock.advance(2)
    }
    await webhooks.drain()
    expect(transport.requests).toEqual([])
    expect(observed).toContainEqual(
      expect.objectContaining({ name: 'lane.held', reason: 'quarantine', subscriptionId: id }),
    )
    await clock.advance(MINUTE)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    expect(await laneOf(storage, id)).toMatchObject({ crashCount: 0, quarantinedAt: 0 })
  })

  it('taken over in the middle of a request: the late outcome changes nothing and is reported', async () => {
    let release = (): void => undefined
    const { webhooks, storage, clock, subscribe, observed } = setUp({
      respond: async () => {
        await new Promise<void>((resolve) => (release = resolve))
        return 200
      },
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    const draining = webhooks.drain()
    await expect.poll(() => webhooks.stats()).toMatchObject({ inFlight: 1 })
    const now = clock.now() + 20_000
    const { lanes } = await storage.lanes.acquire({ token: 'thief', now, leaseMs: 15_000, limit: 1 })
    const [stolen] = lanes
    expect(stolen?.subscriptionId).toBe(id)
    release()
    await draining
    expect(observed).toContainEqual(
      expect.objectContaining({ name: 'attempt.discarded', subscriptionId: id }),
    )
    expect((await webhooks.deliveries.list()).items[0]).toMatchObject({ status: 'pending', attemptCount: 0 })
    expect(await laneOf(storage, id)).toMatchObject({ token: 'thief' })
  })
})
