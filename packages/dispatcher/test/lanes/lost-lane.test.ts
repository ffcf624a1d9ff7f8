import { describe, expect, it } from 'vitest'
import { memoryStorage, type Storage } from '../../src/index.js'
import { laneOf, setUp } from '../support.js'

describe('a lane that was lost', () => {
  it('in the middle of a request: the late outcome changes nothing and is reported', async () => {
    let release = (): void => undefined
    const { webhooks, storage, clock, subscribe, observed } = setUp({
      respond: async () => {
        await new Promise<void>((resolve) => (release = resolve))
        return 200
      },
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    const draining = webhooks.drain()
    await expect.poll(() => webhooks.stats()).toMatchObject({ inFlight: 1 })
    const now = clock.now() + 20_000
    const { lanes } = await storage.lanes.acquire({ token: 'thief', now, leaseMs: 15_000, limit: 1 })
    const [stolen] = lanes
    expect(stolen?.subscriptionId).toBe(id)
    release()
    await draining
    expect(observed).toContainEqual(
      expect.objectContaining({ name: 'attempt.discarded', subscriptionId: id }),
    )
    expect((await webhooks.deliveries.list()).items[0]).toMatchObject({ status: 'pending', attemptCount: 0 })
    expect(await laneOf(storage, id)).toMatchObject({ token: 'thief' })
  })

  it('sends nothing on a permit that could not be stored', async () => {
    const storage = memoryStorage()
    const robbed: Storage = { ...storage, lanes: { ...storage.lanes, extend: async () => [] } }
    const { webhooks, subscribe, transport, observed } = setUp({ storage: robbed })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain({ maxMs: 0 })
    await webhooks.drain()
    expect(transport.requests).toEqual([])
    expect(observed).toContainEqual({ name: 'lease.lost', subscriptionId: id, inFlight: 0 })
  })
})
