import { describe, expect, it } from 'vitest'
import { setUp, laneOf } from '../support.js'

describe('stop', () => {
  it('lets requests in flight end within the grace, and gives the rest back without an attempt', async () => {
    const { webhooks, storage, clock, subscribe } = setUp({
      respond: async (_request, index) => {
        await clock.sleep(index === 0 ? 500 : 60_000)
        return index === 0 ? 200 : { kind: 'aborted' }
      },
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.dispatch('order.created', {})
    await webhooks.start()
    await clock.advance(10)
    const stopped = webhooks.stop({ graceMs: 1_000 })
    await clock.advance(100_000)
    await stopped
    const counts = await storage.maintenance.counts({ now: clock.now() })
    expect(counts).toMatchObject({ delivered: 1, pending: 1, failed: 0 })
    expect(await laneOf(storage, id)).toMatchObject({ token: null })
  })
})
