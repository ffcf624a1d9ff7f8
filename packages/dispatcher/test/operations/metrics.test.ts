import { describe, expect, it } from 'vitest'
import { LATENCY_BUCKETS_MS, percentile } from '../../src/index.js'
import { MINUTE, setUp } from '../support.js'

const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const spread = (...counts: [bucket: number, count: number][]): number[] => {
  const latency = Array<number>(12).fill(0)
  for (const [bucket, count] of counts) latency[bucket] = count
  return latency
}

describe('metrics', () => {
  it('have a point for every step, by class of failure, for one subscription and for all', async () => {
    const statuses = [200, 503, 200]
    const { webhooks, clock, subscribe } = setUp({ respond: (_request, index) => statuses[index] ?? 200 })
    const { id } = await subscribe()
    const since = clock.now()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await clock.advance(2 * MINUTE)
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    const metrics = await webhooks.subscriptions.metrics(id, { since })
    expect(metrics).toMatchObject({
      since: new Date(since),
      until: new Date(since + 3 * MINUTE),
      step: 'minute',
    })
    expect(
      metrics.points.map(({ at, attempts, delivered, failed }) => [
        at.getTime() - since,
        attempts,
        delivered,
        failed,
      ]),
    ).toEqual([
      [0, 1, 1, 0],
      [MINUTE, 0, 0, 0],
      [2 * MINUTE, 1, 0, 1],
    ])
    expect(metrics.points[2]?.failedBy).toEqual({
      http: 1,
      dns: 0,
      connect: 0,
      tls: 0,
      reset: 0,
      timeout: 0,
      invalid_response: 0,
      blocked_address: 0,
      internal: 0,
    })
    expect(metrics.points[0]?.latency).toEqual(spread([0, 1]))
    await subscribe({ events: ['customer.*'] })
    await webhooks.dispatch('customer.created', {})
    await webhooks.drain()
    const all = await webhooks.metrics({ since, step: 'hour' })
    expect(all.points).toMatchObject([{ attempts: 4 }])
    await webhooks.stop()
  })

  it.each([
    [{}, 'minute', 61],
    [{ step: 'hour' }, 'hour', 49],
    [{ step: 'day' }, 'day', 31],
  ] as const)('unless told, show the latest: %o', async (query, step, points) => {
    const { webhooks } = setUp()
    const metrics = await webhooks.metrics(query)
    expect(metrics.step).toBe(step)
    expect(metrics.points).toHaveLength(points)
    await webhooks.stop()
  })

  it.each([
    [
      'too many minutes',
      (now: number) => ({ since: now - 26 * HOUR }),
      'since',
      /1561 of step minute.*1500.*hour or day/,
    ],
    [
      'too many hours',
      (now: number) => ({ since: now - 90 * DAY, step: 'hour' }),
      'since',
      /2161.*a longer step: day/,
    ],
    [
      'too many days',
      (now: number) => ({ since: now - 5 * 365 * DAY, step: 'day' }),
      'since',
      /Ask for less time$/,
    ],
    [
      'minutes that are not kept',
      (now: number) => ({ since: now - 50 * HOUR, until: now - 49 * HOUR }),
      'since',
      /48 hours.*hour or day/,
    ],
    [
      'a time that ends before it begins',
      (now: number) => ({ since: now, until: now - 1 }),
      'until',
      /after since/,
    ],
    ['no instant', () => ({ since: 'yesterday' }), 'since', /./],
    ['no step', () => ({ step: 'week' }), 'step', /./],
    ['an unknown field', () => ({ from: 0 }), 'from', /./],
  ] as const)('refuse %s, naming the field and the way out', async (_what, query, path, message) => {
    const { webhooks, clock, subscribe } = setUp()
    const { id } = await subscribe()
    const given = query(clock.now()) as object
    for (const asked of [() => webhooks.metrics(given), () => webhooks.subscriptions.metrics(id, given)])
      await expect(asked()).rejects.toMatchObject({
        code: 'INVALID_OPTIONS',
        issues: [{ path, message: expect.stringMatching(message) }],
      })
    await webhooks.stop()
  })

  it('refuse what is no subscription', async () => {
    const { webhooks } = setUp()
    await expect(webhooks.subscriptions.metrics('sub_none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await webhooks.stop()
  })

  it('are there by the hour when the minutes are rolled up, and forgotten after 30 days', async () => {
    const { webhooks, clock, subscribe, storage } = setUp({ pollIntervalMs: 12 * HOUR })
    await subscribe()
    const since = clock.now()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(3 * DAY)
    const span = { subscriptionId: null, since, until: since + HOUR }
    expect(await storage.metrics.read({ ...span, stepMs: MINUTE })).toEqual([])
    const { points } = await webhooks.metrics({ since, step: 'hour' })
    expect(points[0]).toMatchObject({ attempts: 1, delivered: 1 })
    await clock.advance(28 * DAY)
    expect(await storage.metrics.read({ ...span, stepMs: HOUR })).toEqual([])
    await webhooks.stop()
  })
})

describe('percentile', () => {
  it.each([
    [spread(), 0.5, null],
    [spread([0, 10]), 0.5, 2.5],
    [spread([3, 1]), 1, 50],
    [spread([1, 90], [7, 10]), 0.9, 10],
    [spread([1, 90], [7, 10]), 0.95, 750],
    [spread([0, 1], [11, 1]), 0.99, 10_000],
    [spread([2, 4]), 0, 10],
  ])('of %j at %d is %s', (latency, share, expected) => {
    expect(percentile(latency, share)).toBe(expected)
  })

  it('lies between bounds, and never falls as the share grows', () => {
    expect(LATENCY_BUCKETS_MS).toHaveLength(11)
    const latency = [3, 0, 7, 1, 0, 0, 9, 2, 2, 0, 1, 4]
    const values = Array.from({ length: 101 }, (_, share) => percentile(latency, share / 100) ?? NaN)
    expect(values).toEqual([...values].sort((a, b) => a - b))
  })
})
