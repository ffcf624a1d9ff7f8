import { describe, expect, it } from 'vitest'
import { memoryStorage, type Storage } from '../../src/index.js'
import { setUp } from '../support.js'

describe('a lane that was lost', () => {
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
