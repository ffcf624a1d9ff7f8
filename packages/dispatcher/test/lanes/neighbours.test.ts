import { describe, expect, it } from 'vitest'
import { setUp } from '../support.js'

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
})
