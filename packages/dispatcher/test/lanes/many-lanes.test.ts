import { expect, it } from 'vitest'
import { setUp } from '../support.js'

it('an event for more lanes than a process holds reaches all of them without waiting for a poll', async () => {
  const { webhooks, clock, subscribe, transport } = setUp()
  for (let index = 0; index < 1_500; index += 1) await subscribe()
  await webhooks.start()
  await clock.advance(1)
  await webhooks.dispatch('order.created', {})
  for (let round = 0; round < 10; round += 1) await clock.advance(1)
  expect(transport.requests).toHaveLength(1_500)
  await webhooks.stop()
})

it('a lane that waits for its rate window is taken when that is over, however often it was woken meanwhile', async () => {
  const { webhooks, clock, subscribe, sentAt } = setUp({
    rateLimit: { limit: 1, windowMs: 450 },
    pollIntervalMs: 1_000,
  })
  await subscribe()
  await webhooks.start()
  await clock.advance(1)
  const start = clock.now()
  for (let index = 0; index < 4; index += 1) await webhooks.dispatch('order.created', { index })
  for (let index = 0; index < 200; index += 1) {
    if (index % 10 === 0) await webhooks.dispatch('order.created', {})
    await clock.advance(10)
  }
  expect(sentAt.map((at) => at - start)).toEqual([0, 450, 900, 1_350, 1_800])
  await webhooks.stop()
})
