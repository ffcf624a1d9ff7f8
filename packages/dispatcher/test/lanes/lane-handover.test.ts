import { describe, expect, it } from 'vitest'
import { newDelivery } from '../../src/core/delivery.js'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { sampleEvent } from '../../src/testing/storage/samples.js'
import { gate, laneOf, MINUTE, setUp } from '../support.js'

describe('a lane', () => {
  it('that is being given back when the heartbeat comes is not reported as lost', async () => {
    const storage = memoryStorage()
    const [written, answer] = [gate(), gate()]
    const release: Storage['lanes']['release'] = async (input) => {
      const due = await storage.lanes.release(input)
      await written.opened
      return due
    }
    const { webhooks, clock, subscribe, observed } = setUp({
      storage: { ...storage, lanes: { ...storage.lanes, release } },
      respond: async () => {
        await answer.opened
        return 200
      },
    })
    await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(4_990)
    answer.open()
    await clock.advance(20)
    written.open()
    await clock.advance(1)
    expect(observed.filter(({ name }) => name === 'lease.lost')).toEqual([])
    await webhooks.stop()
  })

  it('that another process woke while it was held is taken again at once, and not at the next poll', async () => {
    const [storage, clock, answer] = [memoryStorage(), fakeClock(), gate()]
    const worker = setUp({
      storage,
      clock,
      pollIntervalMs: 10 * MINUTE,
      respond: async (_request, index) => {
        if (index === 0) await answer.opened
        return 200
      },
    })
    const office = setUp({ storage, clock })
    await worker.subscribe()
    await worker.webhooks.start()
    await worker.webhooks.dispatch('order.created', {})
    await clock.advance(1)
    expect(worker.transport.requests).toHaveLength(1)
    await office.webhooks.dispatch('order.paid', {})
    await clock.advance(1)
    answer.open()
    await clock.advance(1)
    expect(worker.transport.requests).toHaveLength(2)
    await worker.webhooks.stop()
    await office.webhooks.stop()
  })

  it('of a removed subscription leaves nothing behind, though a fan-out adds to it meanwhile', async () => {
    const storage = memoryStorage()
    let meanwhile: (() => Promise<void>) | null = null
    const upcoming: Storage['lanes']['upcoming'] = async (query) => {
      const found = await storage.lanes.upcoming(query)
      await meanwhile?.()
      return found
    }
    const { webhooks, clock, subscribe } = setUp({
      storage: { ...storage, lanes: { ...storage.lanes, upcoming } },
    })
    const { id } = await subscribe()
    await webhooks.subscriptions.remove(id)
    meanwhile = async () => {
      meanwhile = null
      // A process that read the subscription before it was removed.
      const event = sampleEvent()
      const now = clock.now()
      await storage.events.append({ callId: 'call', events: [event], visibleAt: now })
      await storage.events.fanOut({ now, eventIds: [event.id], deliveries: [newDelivery(event, id, now)] })
    }
    await webhooks.drain()
    expect(await webhooks.stats()).toMatchObject({ pending: 0, cancelled: 1 })
    expect(await laneOf(storage, id)).toBeNull()
  })
})

describe('drain', () => {
  it('beside a worker that is never without work ends at its deadline', async () => {
    const { webhooks, clock, subscribe } = setUp({
      rateLimit: false,
      respond: async () => {
        await clock.sleep(50)
        return 200
      },
    })
    for (let index = 0; index < 10; index += 1) await subscribe({ events: [`order.n${index}`] })
    await webhooks.start()
    let drained = false
    let draining: Promise<unknown> | null = null
    for (let at = 0; at < 500; at += 1) {
      await webhooks.dispatch(`order.n${at % 10}`, {})
      if (at === 100) draining = webhooks.drain({ maxMs: 200 }).then(() => (drained = true))
      await clock.advance(1)
    }
    expect(drained).toBe(true)
    await draining
    await webhooks.stop({ graceMs: 0 })
  })

  it('that meets a store that fails leaves nothing that ticks', async () => {
    const storage = memoryStorage()
    const unfanned: Storage['events']['unfanned'] = async () => {
      throw new Error('away')
    }
    const { webhooks, clock } = setUp({
      storage: { ...storage, events: { ...storage.events, unfanned } },
    })
    await expect(webhooks.drain()).rejects.toThrow('away')
    expect(clock.sleeping).toBe(0)
  })
})
