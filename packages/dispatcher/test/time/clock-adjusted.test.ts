import { describe, expect, it } from 'vitest'
import { sampleEvent } from '../../src/testing/storage/samples.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { MINUTE, setUp } from '../support.js'

/** A clock whose time can be set, as a resample does; the monotonic one goes on. */
const adjustable = () => {
  const base = fakeClock()
  let offset = 0
  const clock = { ...base, now: () => base.now() + offset }
  return { clock, adjust: (ms: number) => void (offset += ms) }
}

describe('a clock that is set back by an hour', () => {
  it('does not keep the worker from polling', async () => {
    const { clock, adjust } = adjustable()
    const { webhooks, storage, subscribe, transport } = setUp({ clock })
    await subscribe()
    await webhooks.start()
    await clock.advance(5_000)
    adjust(-60 * MINUTE)
    await storage.events.append({ callId: 'call', events: [sampleEvent()], visibleAt: clock.now() })
    await clock.advance(5_000)
    expect(transport.requests).toHaveLength(1)
    await webhooks.stop()
  })

  it('does not close a rate window for that hour: what has ended has ended by now', async () => {
    const { clock, adjust } = adjustable()
    const { webhooks, subscribe, transport } = setUp({ clock, rateLimit: { limit: 1, windowMs: 1_000 } })
    await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await clock.advance(2_000)
    adjust(-60 * MINUTE)
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    // Nobody knows any more when it was: it counts as now.
    expect(transport.requests).toHaveLength(1)
    await clock.advance(1_001)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(2)
    await webhooks.stop()
  })
})
