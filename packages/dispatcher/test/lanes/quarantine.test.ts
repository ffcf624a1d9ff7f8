import { expect, it } from 'vitest'
import { MINUTE, setUp, laneOf } from '../support.js'

it('a lane is quarantined when five owners died on it, and tried again after a while', async () => {
  const { webhooks, storage, clock, subscribe, transport, observed } = setUp()
  const { id } = await subscribe()
  await webhooks.dispatch('order.created', {})
  await clock.advance(1)
  for (let owner = 0; owner < 5; owner += 1) {
    await storage.lanes.wake({ subscriptionIds: [id], now: clock.now() })
    await storage.lanes.acquire({
      token: `dies-${owner}`,
      now: clock.now(),
      leaseMs: 1,
      limit: 1,
    })
    await clock.advance(2)
  }
  await webhooks.drain()
  expect(transport.requests).toEqual([])
  expect(observed).toContainEqual(
    expect.objectContaining({ name: 'lane.held', reason: 'quarantine', subscriptionId: id }),
  )
  await clock.advance(MINUTE)
  await webhooks.drain()
  expect(transport.requests).toHaveLength(1)
  expect(await laneOf(storage, id)).toMatchObject({ crashCount: 0, quarantinedAt: 0 })
})
