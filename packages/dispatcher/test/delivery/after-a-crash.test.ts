import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import { newDelivery } from '../../src/core/delivery.js'
import type { Storage } from '../../src/ports/storage/storage.js'
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
  it('is whole in the end: a fan-out that died between two writes', async () => {
    const SUBSCRIPTIONS = 2_100
    const storage = memoryStorage()
    let writes = 0
    const fanOut: Storage['events']['fanOut'] = async (input) => {
      if ((writes += 1) > 1) throw new Error('died')
      await storage.events.fanOut(input)
    }
    const dying = setUp({ storage: { ...storage, events: { ...storage.events, fanOut } } })
    for (let index = 0; index < SUBSCRIPTIONS; index += 1) await dying.subscribe()
    await dying.webhooks.dispatch('order.created', {})
    await dying.clock.advance(10)
    expect(await dying.webhooks.stats()).toMatchObject({ pending: 2_000, pendingEvents: 1 })
    // It sweeps, and takes no lanes.
    const acquire: Storage['lanes']['acquire'] = async () => ({ lanes: [], others: [] })
    const { webhooks } = setUp({ storage: { ...storage, lanes: { ...storage.lanes, acquire } } })
    await webhooks.drain()
    expect(await webhooks.stats()).toMatchObject({ pending: SUBSCRIPTIONS, pendingEvents: 0 })
    await webhooks.stop()
    await dying.webhooks.stop()
  })
})
