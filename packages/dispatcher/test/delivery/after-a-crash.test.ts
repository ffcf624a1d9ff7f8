import { describe, expect, it } from 'vitest'
import { newDelivery } from '../../src/core/delivery.js'
import { sampleEvent } from '../../src/testing/storage/samples.js'
import { setUp } from '../support.js'

describe('what a crash left', () => {
  it('is swept: an event that was appended and never fanned out, or half', async () => {
    const { webhooks, storage, clock, subscribe, transport } = setUp()
    const { id } = await subscribe()
    const [lost, half] = [sampleEvent(), sampleEvent()]
    await storage.events.append({ callId: 'call', events: [lost, half], visibleAt: clock.now() })
    await storage.events.fanOut({
      now: clock.now(),
      eventIds: [],
      deliveries: [newDelivery(half, id, clock.now())],
    })
    await webhooks.start()
    await clock.advance(2_000)
    expect(transport.requests.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
      [lost.id, half.id].sort(),
    )
    await webhooks.stop()
  })
})
