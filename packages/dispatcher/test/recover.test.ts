import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../src/adapters/memory-storage.js'
import type { Storage } from '../src/ports/storage/storage.js'
import { setUp } from './support.js'

describe('recovery', () => {
  it('takes everything that failed, however much, and nothing that fails meanwhile', async () => {
    const made = memoryStorage()
    const asked: number[] = []
    const recover: Storage['deliveries']['recover'] = async (query) => {
      asked.push(query.until)
      return made.deliveries.recover(query)
    }
    const storage = { ...made, deliveries: { ...made.deliveries, recover } }
    const { webhooks, subscribe, clock, transport } = setUp({
      storage,
      rateLimit: false,
      respond: () => 404,
    })
    const { id: subscriptionId } = await subscribe()
    for (let index = 0; index < 501; index += 1) await webhooks.dispatch('order.created', { index })
    await webhooks.drain()
    const span = { subscriptionId, since: 0, until: '2099-01-01T00:00:00Z' }
    expect(await webhooks.deliveries.recover({ ...span, dryRun: true })).toEqual({ count: 501 })
    expect(await webhooks.deliveries.recover(span)).toEqual({ count: 501 })
    expect(asked).toEqual([clock.now() + 1, clock.now() + 1])
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1_002)
  })
})
