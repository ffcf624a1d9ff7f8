import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { setUp } from '../support.js'

describe('a lane whose hold has passed while it was reading', () => {
  it('waits for what is in flight when that has all the permits, and does not spin', async () => {
    const storage = memoryStorage()
    const base = fakeClock()
    let asked = 0
    const now = () => {
      // A loop without a turn of the event loop would hang the test instead of failing it.
      if ((asked += 1) > 20_000) throw new Error('asked for the time again and again')
      return base.now()
    }
    const clock = { ...base, now }
    let reading: Promise<void> | null = null
    const upcoming: Storage['lanes']['upcoming'] = async (query) => {
      await reading
      return storage.lanes.upcoming(query)
    }
    let answerFirst = (): void => undefined
    const { webhooks, subscribe, transport } = setUp({
      clock,
      storage: { ...storage, lanes: { ...storage.lanes, upcoming } },
      rateLimit: { limit: 1, windowMs: 10 },
      respond: async (_request, index) => {
        if (index > 0) await base.sleep(3_000)
        else await new Promise<void>((resolve) => (answerFirst = resolve))
        if (index > 0) return 200
        return { kind: 'response', statusCode: 429, retryAfter: '1', body: '', truncated: false }
      },
    })
    await subscribe()
    await webhooks.start()
    await webhooks.dispatch('a', {})
    await base.advance(1)
    let read = (): void => undefined
    reading = new Promise<void>((resolve) => (read = resolve))
    await webhooks.dispatch('b', {})
    await webhooks.dispatch('c', {})
    await base.advance(1)
    answerFirst()
    await base.advance(1_500)
    read()
    await base.advance(10)
    expect(transport.requests).toHaveLength(2)
    await base.advance(10_000)
    expect(transport.requests).toHaveLength(3)
    await webhooks.stop()
  })
})
