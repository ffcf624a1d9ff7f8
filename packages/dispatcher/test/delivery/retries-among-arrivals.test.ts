import { describe, expect, it } from 'vitest'
import { setUp } from '../support.js'

describe('retries among arrivals', () => {
  it('are never forgotten: what fails while more comes in is due when it should be', async () => {
    const seen = new Set<string>()
    const { webhooks, clock, subscribe } = setUp({
      rateLimit: false,
      retry: { delaysMs: [1_000], jitter: 0 },
      respond: async ({ json }) => {
        await clock.sleep(3)
        const first = !seen.has(json.id)
        seen.add(json.id)
        return first ? 503 : 200
      },
    })
    await subscribe()
    await webhooks.start()
    for (let wave = 0; wave < 150; wave += 1) {
      await Promise.all([webhooks.dispatch('order.created', {}), webhooks.dispatch('order.created', {})])
      await clock.advance(wave % 5)
    }
    // Well before the repair of sleeping lanes, which would hide a retry that was forgotten.
    await clock.advance(20_000)
    expect(await webhooks.stats()).toMatchObject({ pending: 0, delivered: 300 })
    await webhooks.stop()
  })
})
