import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import type { Reply } from '../../src/ports/transport.js'
import { setUp } from '../support.js'

/** A dispatcher with one pending delivery, whose first requests do as `answers` say. */
const faulty = async (...answers: (Reply | Error)[]) => {
  const { transport, ...world } = setUp({
    respond: () => {
      const answer = answers.shift() ?? 200
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  const { id } = await world.subscribe()
  await world.webhooks.dispatch('order.created', {})
  const delivery = async () => (await world.webhooks.deliveries.list()).items[0]
  return { ...world, id, transport, delivery }
}

describe('what is our own fault is no attempt, and is tried again:', () => {
  it('a request that was given up before it left', async () => {
    const { webhooks, clock, transport, delivery } = await faulty({ kind: 'aborted' })
    await webhooks.drain()
    await clock.advance(5_000)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(2)
    expect(await delivery()).toMatchObject({ status: 'delivered', attemptCount: 1 })
  })
})

describe('a request', () => {
  it('may leave until shortly before the lease ends, and not later', async () => {
    const asked: boolean[] = []
    const held: Storage = memoryStorage()
    // No heartbeat comes through.
    const storage = {
      ...held,
      lanes: { ...held.lanes, extend: () => new Promise<string[]>(() => undefined) },
    }
    const { webhooks, clock, subscribe } = setUp({
      storage,
      rateLimit: false,
      transport: {
        send: async ({ mayStart }) => {
          asked.push(mayStart?.() ?? true)
          await clock.advance(13_000)
          asked.push(mayStart?.() ?? true)
          await clock.advance(1)
          asked.push(mayStart?.() ?? true)
          return { kind: 'response', statusCode: 200, retryAfter: null, body: '', truncated: false }
        },
        close: async () => undefined,
      },
    })
    await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(asked).toEqual([true, true, false])
  })
})
