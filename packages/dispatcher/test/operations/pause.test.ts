import { describe, expect, it } from 'vitest'
import { createDispatcher } from '../../src/index.js'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { gate, MINUTE, setUp } from '../support.js'

const DAY = 24 * 60 * MINUTE

describe('a paused subscription', () => {
  it('is sent what happened meanwhile once it is resumed, oldest first, within its limit', async () => {
    const { webhooks, clock, subscribe, transport, sentAt } = setUp()
    const { id } = await subscribe({ rateLimit: { limit: 2, windowMs: MINUTE } })
    await webhooks.start()
    const paused = await webhooks.subscriptions.pause(id, { actor: 'ada' })
    expect(paused).toMatchObject({ state: 'paused', isActive: true, pausedAt: new Date(clock.now()) })
    expect(paused.pausedBy).toBe('ada')
    for (let n = 0; n < 6; n += 1) {
      await webhooks.dispatch('order.created', { n })
      await clock.advance(1_000)
    }
    expect(transport.requests).toHaveLength(0)
    const { items } = await webhooks.deliveries.list({ subscriptionId: id })
    expect(items).toHaveLength(6)
    for (const delivery of items) expect(delivery).toMatchObject({ isPaused: true, nextAttemptAt: null })
    expect(await webhooks.subscriptions.resume(id)).toMatchObject({
      state: 'active',
      pausedAt: null,
      pausedBy: null,
    })
    await clock.advance(5 * MINUTE)
    expect(transport.requests.map(({ json }) => json.data)).toEqual([0, 1, 2, 3, 4, 5].map((n) => ({ n })))
    for (const [index, at] of sentAt.entries())
      expect(at - (sentAt[index - 2] ?? -Infinity)).toBeGreaterThanOrEqual(MINUTE)
    await webhooks.stop()
  })

  it('stays paused since it was, however often it is paused, and through an update that says it is on', async () => {
    const { webhooks, clock, subscribe } = setUp()
    const { id } = await subscribe()
    const { pausedAt } = await webhooks.subscriptions.pause(id, { actor: 'ada' })
    await clock.advance(MINUTE)
    const again = await webhooks.subscriptions.pause(id, { actor: 'bob' })
    expect(again).toMatchObject({ state: 'paused', pausedAt, pausedBy: 'ada' })
    expect(await webhooks.subscriptions.update(id, { isActive: true })).toMatchObject({ state: 'paused' })
    expect(await webhooks.subscriptions.update(id, { isActive: false })).toMatchObject({
      state: 'off',
      pausedAt: null,
    })
    expect(await webhooks.subscriptions.update(id, { isActive: true })).toMatchObject({ state: 'active' })
  })

  it('is let go by another process at its next heartbeat', async () => {
    const first = gate()
    const world = setUp({
      laneConcurrency: 1,
      leaseMs: 15_000,
      respond: async (_request, index) => {
        if (index === 0) await first.opened
        return 200
      },
    })
    const { webhooks, clock, storage, subscribe, transport } = world
    const { id } = await subscribe()
    for (let n = 0; n < 5; n += 1) await webhooks.dispatch('order.created', { n })
    await webhooks.start()
    await clock.advance(1)
    expect(transport.requests).toHaveLength(1)
    const other = createDispatcher({ storage, clock, transport })
    await other.subscriptions.pause(id)
    await clock.advance(5_001)
    first.open()
    await clock.advance(20_000)
    expect(transport.requests).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ delivered: 1, pending: 4 })
    await webhooks.stop()
  })

  it('can be tested, and what waits for it stays where it is', async () => {
    const { webhooks, subscribe, transport } = setUp()
    const { id } = await subscribe()
    await webhooks.subscriptions.pause(id)
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(await webhooks.subscriptions.test(id)).toMatchObject({ delivered: true })
    await webhooks.drain()
    expect(transport.requests.map(({ json }) => json.event)).toEqual(['test'])
    expect(await webhooks.stats()).toMatchObject({ pending: 1 })
  })

  it('keeps what waits for it for as long as events are kept, and then gives it up on the record', async () => {
    const { webhooks, clock, subscribe, observed } = setUp({ retentionMs: DAY, pollIntervalMs: 20_000 })
    const { id } = await subscribe()
    await webhooks.start()
    await webhooks.subscriptions.pause(id)
    await webhooks.dispatch('order.created', { n: 1 })
    await clock.advance(DAY / 2)
    await webhooks.dispatch('order.created', { n: 2 })
    await clock.advance(DAY / 2 - MINUTE)
    expect(await webhooks.stats()).toMatchObject({ pending: 2 })
    expect((await webhooks.events.list()).items).toHaveLength(2)
    const [, waiting] = (await webhooks.deliveries.list()).items
    let { status, reason } = await webhooks.deliveries.get(waiting?.id ?? '')
    for (; status === 'pending'; { status, reason } = await webhooks.deliveries.get(waiting?.id ?? ''))
      await clock.advance(1_000)
    expect([status, reason]).toEqual(['failed', 'expired'])
    expect(observed).toContainEqual({
      name: 'deliveries.given_up',
      subscriptionId: id,
      count: 1,
      reason: 'expired',
    })
    await clock.advance(2 * MINUTE)
    expect((await webhooks.events.list()).items).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ pending: 1 })
    await webhooks.stop()
  })

  it('loses nothing old to a pause that is younger than the retention', async () => {
    const { webhooks, clock, subscribe, transport } = setUp({
      retentionMs: DAY,
      respond: () => 500,
      retry: { delaysMs: [DAY / 4, 3 * DAY], jitter: 0 },
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await clock.advance(2 * DAY)
    await webhooks.subscriptions.pause(id)
    await webhooks.start()
    await clock.advance(5 * MINUTE)
    expect(await webhooks.stats()).toMatchObject({ pending: 1 })
    await webhooks.subscriptions.resume(id)
    await clock.advance(10)
    expect(transport.requests).toHaveLength(2)
    await webhooks.stop()
  })
})

describe('a subscription that is off', () => {
  it('keeps nothing: what is pending is cancelled, what happens is not for it, and nothing can be sent again to it', async () => {
    const { webhooks, subscribe, transport, observed } = setUp({ respond: () => 500 })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(await webhooks.subscriptions.pause(id, { keep: false, actor: 'ada' })).toMatchObject({
      state: 'off',
      isActive: false,
      inactiveReason: 'paused',
      pausedAt: null,
    })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    const { items } = await webhooks.deliveries.list()
    expect(items).toMatchObject([{ status: 'cancelled', reason: 'subscription_off' }])
    await expect(webhooks.deliveries.resend(items[0]?.id ?? '')).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(transport.requests).toHaveLength(1)
    expect(observed).toContainEqual({
      name: 'subscription.changed',
      subscriptionId: id,
      change: 'switched_off',
      actor: 'ada',
    })
  })

  it('begins to keep what happens when it is paused', async () => {
    const { webhooks, subscribe } = setUp()
    const { id } = await subscribe({ isActive: false })
    expect(await webhooks.subscriptions.pause(id)).toMatchObject({ state: 'paused', inactiveReason: null })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(await webhooks.stats()).toMatchObject({ pending: 1 })
  })

  it('keeps nothing of a fan-out that had read it as it was before', async () => {
    const storage = memoryStorage()
    const read = gate()
    const matching = async (patterns: readonly string[]) => {
      const found = (await storage.subscriptions.matching?.(patterns)) ?? []
      await read.opened
      return found
    }
    const { webhooks, subscribe, transport } = setUp({
      storage: { ...storage, subscriptions: { ...storage.subscriptions, matching } } satisfies Storage,
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.subscriptions.update(id, { isActive: false })
    read.open()
    await webhooks.drain()
    expect(transport.requests).toHaveLength(0)
    expect(await webhooks.stats()).toMatchObject({ pending: 0, cancelled: 1 })
  })

  it('lets go of what a crash left pending for it, and of nothing that came after it was resumed', async () => {
    const { webhooks, clock, storage, subscribe } = setUp()
    const [left, resumed] = [await subscribe(), await subscribe()]
    await webhooks.subscriptions.pause(left.id)
    await webhooks.subscriptions.pause(resumed.id)
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    await webhooks.drain()
    // The process that switched it off died before it went on.
    const patch = { isActive: false, inactiveReason: 'paused' } as const
    await storage.subscriptions.update({ id: left.id, patch, now: clock.now() })
    await webhooks.start()
    await clock.advance(MINUTE)
    const of = async (subscriptionId: string) => (await webhooks.deliveries.list({ subscriptionId })).items
    expect(await of(left.id)).toMatchObject([{ status: 'cancelled', reason: 'subscription_off' }])
    expect(await of(resumed.id)).toMatchObject([{ status: 'pending' }])
    await webhooks.stop()
  })

  it('is not resumed over the head of whoever gives up what was pending', async () => {
    const storage = memoryStorage()
    let resume: (() => Promise<unknown>) | null = null
    const upcoming: Storage['lanes']['upcoming'] = async (query) => {
      const found = await storage.lanes.upcoming(query)
      const act = resume
      resume = null
      await act?.()
      return found
    }
    const { webhooks, subscribe, transport } = setUp({
      storage: { ...storage, lanes: { ...storage.lanes, upcoming } } satisfies Storage,
    })
    const { id } = await subscribe()
    await webhooks.subscriptions.pause(id)
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    resume = () => webhooks.subscriptions.resume(id)
    await webhooks.subscriptions.update(id, { isActive: false })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ delivered: 1 })
  })
})
