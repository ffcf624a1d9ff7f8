import { describe, expect, it } from 'vitest'
import { CountingObserver } from '../../src/adapters/counting-observer.js'
import type { Metric } from '../../src/index.js'
import { setUp } from '../support.js'

const named = (metrics: readonly Metric[], name: string) =>
  metrics.find((metric) => metric.name === `swigs_webhooks.${name}`)

describe('a meter', () => {
  it('counts from when it was made until it is ended, and begins at 0', async () => {
    const { webhooks, subscribe } = setUp({ observer: undefined })
    await subscribe()
    await webhooks.dispatch('order.created', { n: 0 })
    const meter = webhooks.meter()
    const values = async (name: string) => named(await meter.read(), name)?.values
    expect(await values('events.accepted')).toEqual([{ labels: {}, value: 0 }])
    expect(named(await meter.read(), 'delivery.lag')?.histograms).toMatchObject([{ labels: {}, sum: 0 }])
    expect(named(await meter.read(), 'attempt.duration')?.histograms).toEqual([])
    await webhooks.dispatch('order.created', { n: 1 }, { idempotencyKey: 'once' })
    await webhooks.dispatch('order.created', { n: 1 }, { idempotencyKey: 'once' })
    await webhooks.drain()
    expect(await values('events.accepted')).toEqual([{ labels: {}, value: 1 }])
    expect(await values('deliveries.delivered')).toEqual([{ labels: {}, value: 2 }])
    expect(await values('deliveries.pending')).toEqual([{ labels: {}, value: 0 }])
    meter.end()
    await webhooks.dispatch('order.created', { n: 2 })
    expect(await values('events.accepted')).toEqual([{ labels: {}, value: 1 }])
  })

  it('has as many in its buckets as there were, each in its own', () => {
    const counting = new CountingObserver({ bySubscription: false })
    const finished = {
      name: 'attempt.finished',
      deliveryId: 'd',
      eventId: 'e',
      eventType: 't',
      subscriptionId: 's',
      attempt: 1,
      host: 'h',
      statusCode: 200,
      errorClass: null,
    } as const
    for (const durationMs of [0, 5, 5.1, 60_000, 60_001, 1e9]) counting.observe({ ...finished, durationMs })
    const [point] = named(counting.read(), 'attempt.duration')?.histograms ?? []
    expect(point?.counts).toEqual([2, 1, ...Array<number>(13).fill(0), 1, 2])
    expect(point?.sum).toBeCloseTo(0 + 0.0101 + 60 + 60.001 + 1e6)
  })

  it('keeps subscriptions apart when asked, and no more than 1,000 of them', () => {
    const counting = new CountingObserver({ bySubscription: true })
    const failed = {
      name: 'delivery.failed',
      deliveryId: 'd',
      eventId: 'e',
      attempts: 1,
      reason: 'rejected',
    } as const
    for (let n = 0; n < 1_010; n += 1) counting.observe({ ...failed, subscriptionId: `sub_${n}` })
    const { values = [] } = named(counting.read(), 'deliveries.failed') ?? {}
    expect(values).toHaveLength(1_001)
    expect(values.at(-1)).toEqual({ labels: { reason: 'rejected', subscription: 'other' }, value: 10 })
  })

  it('is refused an option that it does not know', () => {
    const { webhooks } = setUp()
    expect(() => webhooks.meter({ by: 'site' } as never)).toThrow(/meter: /)
  })
})
