import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { gate, setUp, laneOf, MINUTE } from '../support.js'

const withLanes = (over: (lanes: Storage['lanes']) => Partial<Storage['lanes']>): Storage => {
  const storage = memoryStorage()
  return { ...storage, lanes: { ...storage.lanes, ...over(storage.lanes) } }
}

describe('a lane whose owner meets a fault of the store', () => {
  it('while reading is given back, once what is in flight has ended, and is tried again', async () => {
    const answer = gate()
    let failing = false
    const storage = withLanes((lanes) => ({
      upcoming: async (query) => {
        if (failing) throw new Error('a bug in the adapter')
        return lanes.upcoming(query)
      },
    }))
    const { webhooks, clock, subscribe, transport } = setUp({
      storage,
      respond: async (_request, index) => {
        if (index === 0) await answer.opened
        return 200
      },
    })
    const { id } = await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    failing = true
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    // Its request is not over, and nor is its hold on the lane.
    expect(await laneOf(storage, id)).toMatchObject({ token: expect.any(String) })
    failing = false
    answer.open()
    await clock.advance(1)
    expect(await laneOf(storage, id)).toMatchObject({ token: null, crashCount: 0 })
    await clock.advance(6_000)
    expect(transport.requests).toHaveLength(2)
    expect(await webhooks.stats()).toMatchObject({ delivered: 2, pending: 0 })
    await webhooks.stop()
  })

  it('while reserving permits loses none of them', async () => {
    let failing = true
    const storage = withLanes((lanes) => ({
      extend: async (input) => {
        if (failing) throw new Error('a bug in the adapter')
        return lanes.extend(input)
      },
    }))
    const { webhooks, clock, subscribe, transport } = setUp({
      storage,
      rateLimit: { limit: 1, windowMs: 60_000 },
    })
    const { id } = await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    expect(await laneOf(storage, id)).toMatchObject({ token: null, window: { ends: [], reserved: 0 } })
    failing = false
    await clock.advance(6_000)
    expect(transport.requests).toHaveLength(1)
    await webhooks.stop()
  })
})

describe('a logger and an observer that throw', () => {
  const broken = () => {
    throw new Error('no')
  }

  it('break nothing, whatever there is to say', async () => {
    const { webhooks, clock, subscribe, transport } = setUp({
      logger: { info: broken, warn: broken, error: broken },
      observer: broken,
      respond: (_request, index) => {
        if (index === 0) throw new Error('a bug in the transport')
        return index === 1 ? 400 : 200
      },
    })
    await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await clock.advance(MINUTE)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(2)
    expect(await webhooks.stats()).toMatchObject({ failed: 1, pending: 0, inFlight: 0 })
    await webhooks.stop()
  })

  it('break nothing when they do it later', async () => {
    const rejected: unknown[] = []
    const listen = (reason: unknown) => rejected.push(reason)
    process.on('unhandledRejection', listen)
    const { webhooks, clock, subscribe, transport } = setUp({ observer: async () => broken() })
    await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await clock.advance(1)
    process.off('unhandledRejection', listen)
    expect(transport.requests).toHaveLength(1)
    expect(rejected).toEqual([])
  })
})

describe('an event that cannot be fanned out', () => {
  it('keeps no lane from being served', async () => {
    const storage = memoryStorage()
    const unfanned: Storage['events']['unfanned'] = async () => {
      throw new Error('a document that cannot be read')
    }
    const { webhooks, clock, subscribe, transport, observed } = setUp({
      storage: { ...storage, events: { ...storage.events, unfanned } },
    })
    await subscribe()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    await webhooks.start()
    await clock.advance(2_000)
    expect(transport.requests).toHaveLength(1)
    expect(observed.filter(({ name }) => name === 'storage.unavailable')).toHaveLength(1)
    await webhooks.stop()
  })

  it('keeps no other event of its batch from it, and maintenance goes on', async () => {
    const storage = memoryStorage()
    let poison: string | undefined
    let repairs = 0
    const { webhooks, clock, subscribe, transport, observed } = setUp({
      storage: {
        ...storage,
        events: {
          ...storage.events,
          fanOut: async (input) => {
            poison ??= input.deliveries[0]?.eventId
            if (input.deliveries.some(({ eventId }) => eventId === poison)) throw new Error('not this one')
            return storage.events.fanOut(input)
          },
        },
        maintenance: {
          ...storage.maintenance,
          repair: async (input) => {
            repairs += 1
            return storage.maintenance.repair(input)
          },
        },
      },
    })
    await subscribe()
    await Promise.all(Array.from({ length: 5 }, (_, n) => webhooks.dispatch('order.created', { n })))
    await webhooks.start()
    await clock.advance(130_000)
    expect(transport.requests).toHaveLength(4)
    expect(repairs).toBeGreaterThan(1)
    expect(observed.filter(({ name }) => name === 'storage.unavailable').length).toBeGreaterThan(0)
    poison = ''
    await clock.advance(10_000)
    expect(transport.requests).toHaveLength(5)
    await webhooks.stop()
  })
})

describe('an attempt that cannot be recorded', () => {
  it('keeps no other of its batch from it, and is made again when the store is mended', async () => {
    let poison = ''
    const storage = withLanes((lanes) => ({
      complete: async (input) => {
        if (input.results.some(({ deliveryId }) => deliveryId.includes(poison)))
          throw new Error('not this one')
        return lanes.complete(input)
      },
    }))
    const errors: string[] = []
    const logger = {
      info: () => undefined,
      warn: () => undefined,
      error: (_: object, text: string) => errors.push(text),
    }
    const { webhooks, clock, subscribe } = setUp({ storage, logger })
    await subscribe()
    const [first] = await Promise.all(
      Array.from({ length: 5 }, (_, n) => webhooks.dispatch('order.created', { n })),
    )
    poison = first?.id?.slice('evt_'.length) ?? ''
    await webhooks.start()
    await clock.advance(1_000)
    expect(await webhooks.stats()).toMatchObject({ delivered: 4, pending: 1 })
    expect(errors).toEqual(['Sent, and not recorded: not this one'])
    poison = 'mended'
    await clock.advance(10_000)
    expect(await webhooks.stats()).toMatchObject({ delivered: 5, pending: 0 })
    await webhooks.stop()
  })
})
