import { describe, expect, it } from 'vitest'
import type { Reply } from '../../src/index.js'
import type { Respond } from '../../src/testing/recording-transport.js'
import { MINUTE, setUp } from '../support.js'

const START = Date.UTC(2026, 1, 1, 10)

/** Dispatches one event and lets hours pass, second by due second; answers when requests went out, and what is on record. */
const play = async (respond: Respond) => {
  const world = setUp({ respond })
  const subscription = await world.subscribe()
  await world.webhooks.dispatch('order.created', { orderId: '1' })
  for (let rounds = 0; rounds < 12; rounds += 1) {
    await world.webhooks.drain()
    const { nextDueAt } = await world.webhooks.stats()
    if (!nextDueAt) break
    await world.clock.advance(Math.max(1, nextDueAt.getTime() - world.clock.now()))
  }
  const [listed] = (await world.webhooks.deliveries.list()).items
  const delivery = await world.webhooks.deliveries.get(listed?.id ?? '')
  const seconds = world.sentAt.map((at) => (at - START) / 1000)
  return {
    ...world,
    seconds,
    delivery,
    subscription: await world.webhooks.subscriptions.get(subscription.id),
  }
}

const reply = (over: Partial<Extract<Reply, { kind: 'response' }>>): Reply => ({
  kind: 'response',
  statusCode: 503,
  retryAfter: null,
  body: 'sorry',
  truncated: false,
  ...over,
})

describe('retries', () => {
  it('follow the seed: four requests at 0, 1, 5 and 15 minutes after one another, then failed, all on record', async () => {
    const { seconds, delivery, subscription, observed } = await play(() => reply({}))
    expect(seconds).toEqual([0, 60, 60 + 300, 60 + 300 + 900])
    expect(delivery).toMatchObject({
      status: 'failed',
      reason: 'retries_exhausted',
      attemptCount: 4,
      nextAttemptAt: null,
    })
    expect(
      delivery.attempts.map(({ number, statusCode, responseBody }) => [number, statusCode, responseBody]),
    ).toEqual([1, 2, 3, 4].map((number) => [number, 503, 'sorry']))
    expect(subscription.stats).toMatchObject({
      totalSent: 0,
      totalFailed: 1,
      lastError: 'The receiver answered 503',
    })
    expect(observed.filter(({ name }) => name === 'delivery.failed')).toHaveLength(1)
  })

  it('send the same bytes and id each time, numbered and signed afresh', async () => {
    const { transport } = await play((_request, index) => (index < 2 ? 500 : 200))
    const [first, second, third] = transport.requests
    expect(second?.body).toBe(first?.body)
    expect(third?.headers['webhook-id']).toBe(first?.json.id)
    expect(transport.requests.map(({ headers }) => headers['X-Webhook-Attempt'])).toEqual(['1', '2', '3'])
    expect(second?.headers['X-Webhook-Signature']).toBe(first?.headers['X-Webhook-Signature'])
    expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature'])
  })

  it.each([400, 401, 404, 301, 302, 422])('are not made after a %i', async (statusCode) => {
    const { seconds, delivery } = await play(() => statusCode)
    expect(seconds).toEqual([0])
    expect(delivery).toMatchObject({ status: 'failed', reason: 'rejected', attemptCount: 1 })
  })

  it.each([408, 425, 429, 500, 502, 599])('are made after a %i', async (statusCode) => {
    const { seconds, delivery, subscription } = await play((_request, index) =>
      index === 0 ? statusCode : 204,
    )
    expect(seconds).toEqual([0, 60])
    expect(delivery).toMatchObject({ status: 'delivered', attemptCount: 2 })
    expect(subscription.stats).toMatchObject({
      totalSent: 1,
      totalFailed: 0,
      lastError: `The receiver answered ${statusCode}`,
    })
    expect(subscription.stats.lastSentAt).toEqual(new Date(START + MINUTE))
  })

  it.each(['dns', 'connect', 'tls', 'reset', 'timeout'] as const)(
    'are made when no answer came (%s)',
    async (errorClass) => {
      const { seconds, delivery } = await play((_request, index) =>
        index === 0 ? { kind: 'no_answer', errorClass, error: 'nothing' } : 200,
      )
      expect(seconds).toEqual([0, 60])
      expect(delivery.attempts[0]).toMatchObject({ statusCode: null, errorClass })
    },
  )

  it('end with a 410, which deactivates the subscription', async () => {
    const { seconds, delivery, subscription, observed } = await play(() => 410)
    expect(seconds).toEqual([0])
    expect(delivery).toMatchObject({ status: 'failed', reason: 'gone' })
    expect(subscription).toMatchObject({ isActive: false, inactiveReason: 'gone' })
    expect(observed).toContainEqual({
      name: 'subscription.deactivated',
      subscriptionId: subscription.id,
      reason: 'gone',
    })
  })

  it('wait for the later of the schedule and Retry-After, an hour at most', async () => {
    const wait = async (retryAfter: string, statusCode = 500) =>
      (await play((_request, index) => (index === 0 ? reply({ statusCode, retryAfter }) : 200))).seconds[1]
    expect(await wait('10')).toBe(60)
    expect(await wait('300')).toBe(300)
    expect(await wait('999999')).toBe(3600)
    expect(await wait(new Date(START + 7 * MINUTE).toUTCString())).toBe(420)
    expect(await wait('soon')).toBe(60)
  })

  it('hold the whole lane for a Retry-After on 429 and 503, and on no other status', async () => {
    for (const [statusCode, second] of [
      [429, 120],
      [503, 120],
      [500, 0],
    ] as const) {
      const { webhooks, clock, subscribe, sentAt } = setUp({
        respond: (_request, index) => (index === 0 ? reply({ statusCode, retryAfter: '120' }) : 200),
      })
      await subscribe()
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      await clock.advance(119_999)
      await webhooks.drain()
      await clock.advance(1)
      await webhooks.drain()
      expect(sentAt.length, String(statusCode)).toBe(3)
      expect(((sentAt[1] ?? 0) - START) / 1000, String(statusCode)).toBe(second)
    }
  })

  it('never come early: jitter only adds, a tenth at most', async () => {
    const { webhooks, subscribe } = setUp({ respond: () => 500, retry: { delaysMs: [1_000], jitter: 0.1 } })
    await subscribe()
    const waits = []
    for (let index = 0; index < 30; index += 1) await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    for (const { nextAttemptAt } of (await webhooks.deliveries.list()).items)
      waits.push(Number(nextAttemptAt) - START)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_100)
    expect(new Set(waits).size).toBeGreaterThan(5)
  })
})
