import { describe, expect, it } from 'vitest'
import { gate, setUp, slowToRead } from '../support.js'

const MANY = 20

/** A lane with one request in flight and the rest loaded behind it. */
const busy = async (firstAnswer = 200) => {
  const first = gate()
  const world = setUp({
    laneConcurrency: 1,
    respond: async (_request, index) => {
      if (index > 0) return 200
      await first.opened
      return firstAnswer
    },
  })
  const { id } = await world.subscribe()
  for (let index = 0; index < MANY; index += 1) await world.webhooks.dispatch('order.created', { index })
  await world.webhooks.start()
  await world.clock.advance(1)
  expect(world.transport.requests).toHaveLength(1)
  return { ...world, id, answer: first.open }
}

describe('a lane that is being served sends nothing more', () => {
  it('once its subscription is paused, and all of it when that is resumed', async () => {
    const { webhooks, clock, transport, id, answer } = await busy()
    await webhooks.subscriptions.pause(id)
    answer()
    await clock.advance(3_000)
    expect(transport.requests).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ delivered: 1, pending: MANY - 1 })
    await webhooks.subscriptions.resume(id)
    await clock.advance(1)
    expect(transport.requests).toHaveLength(MANY)
    await webhooks.stop()
  })

  it('once its subscription is removed', async () => {
    const { webhooks, clock, transport, id, answer } = await busy()
    await webhooks.subscriptions.remove(id)
    answer()
    await clock.advance(3_000)
    expect(transport.requests).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ pending: 0 })
    await webhooks.stop()
  })

  it('once its receiver has said that it is gone', async () => {
    const { webhooks, clock, transport, answer } = await busy(410)
    answer()
    await clock.advance(3_000)
    expect(transport.requests).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ failed: 1, cancelled: MANY - 1, pending: 0 })
    await webhooks.stop()
  })

  it('once its subscription is switched off, and what is pending is cancelled', async () => {
    const { webhooks, clock, transport, id, answer } = await busy()
    await webhooks.subscriptions.pause(id, { keep: false })
    expect(await webhooks.stats()).toMatchObject({ cancelled: MANY - 1, pending: 1 })
    answer()
    await clock.advance(3_000)
    expect(transport.requests).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ delivered: 1, cancelled: MANY - 1, pending: 0 })
    await webhooks.stop()
  })

  it('once its subscription is switched off, and a retry of what was in flight is not kept either', async () => {
    const { webhooks, clock, transport, id, answer } = await busy(503)
    await webhooks.subscriptions.update(id, { isActive: false })
    answer()
    await clock.advance(3_000)
    expect(transport.requests).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ cancelled: MANY, pending: 0 })
    await webhooks.stop()
  })

  it('of a delivery that was cancelled while it waited in memory', async () => {
    const { webhooks, clock, transport, answer } = await busy()
    const { items } = await webhooks.deliveries.list({ status: 'pending', limit: 200 })
    for (const { id } of items.slice(0, MANY - 2)) await webhooks.deliveries.cancel(id)
    answer()
    await clock.advance(3_000)
    expect(transport.requests).toHaveLength(2)
    await webhooks.stop()
  })

  it('when it is paused while the lane is being taken', async () => {
    const reading = slowToRead()
    const { webhooks, clock, subscribe, transport } = setUp({ storage: reading.storage })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    const draining = webhooks.drain()
    reading.holdNext()
    await clock.advance(1)
    expect(reading.isAwaited()).toBe(false)
    await webhooks.subscriptions.pause(id)
    reading.goOn()
    await draining
    expect(transport.requests).toHaveLength(0)
  })
})

describe('a receiver that says it is gone', () => {
  it('has no say over the address that the subscription was given meanwhile', async () => {
    const { webhooks, clock, transport, id, answer } = await busy(410)
    await webhooks.subscriptions.update(id, { url: 'https://new.example.com/' })
    answer()
    await clock.advance(3_000)
    expect(await webhooks.subscriptions.get(id)).toMatchObject({ isActive: true })
    expect(transport.requests).toHaveLength(MANY)
    await webhooks.stop()
  })
})
