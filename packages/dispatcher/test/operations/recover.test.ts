import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { setUp } from '../support.js'

describe('recovery', () => {
  it('takes everything that failed, however much, and nothing that fails meanwhile', async () => {
    const made = memoryStorage()
    const batches: number[] = []
    const resend: Storage['deliveries']['resend'] = async (input) => {
      batches.push(input.ids.length)
      await made.deliveries.resend(input)
      // What was just sent again fails at once, while the rest is still being looked for.
      await webhooks.drain()
    }
    const storage = { ...made, deliveries: { ...made.deliveries, resend } }
    const { webhooks, subscribe, transport } = setUp({
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
    expect(batches).toEqual([500, 1])
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1_002)
  })

  it('is of one site alone where one is named', async () => {
    const { webhooks, subscribe, transport } = setUp({ respond: () => 404 })
    const { id: subscriptionId } = await subscribe()
    for (const siteId of ['ours', 'theirs', null])
      await webhooks.dispatch('order.created', { siteId }, siteId)
    await webhooks.drain()
    const span = { subscriptionId, since: 0, siteId: 'ours' }
    expect(await webhooks.deliveries.recover({ ...span, dryRun: true })).toEqual({ count: 1 })
    expect(await webhooks.deliveries.recover(span)).toEqual({ count: 1 })
    await webhooks.drain()
    expect(transport.requests.slice(3).map(({ json }) => json.data)).toEqual([{ siteId: 'ours' }])
  })
})
