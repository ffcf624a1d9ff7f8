import { describe, expect, it } from 'vitest'
import { bottleneckTransport } from '../../src/adapters/bottleneck-transport.js'
import { ipaddrGuard } from '../../src/adapters/ipaddr-guard.js'
import { undiciTransport } from '../../src/adapters/undici-transport.js'
import type { Reply, Transport, TransportRequest } from '../../src/ports/transport.js'
import { behaviours, hostileServer } from '../../src/testing/hostile-server.js'

const guard = ipaddrGuard({ allowHttp: true, allow: ['127.0.0.1'] })
const ok: Reply = { kind: 'response', statusCode: 200, retryAfter: null, body: '', truncated: false }
const request = (over: Partial<TransportRequest> = {}): TransportRequest => ({
  url: 'http://127.0.0.1:1/',
  headers: {},
  body: '{}',
  timeoutMs: 10_000,
  guard,
  ...over,
})

/** A transport whose requests end when the test says so. */
const held = () => {
  const ends: ((reply: Reply) => void)[] = []
  const transport: Transport = {
    send: () => new Promise((resolve) => ends.push(resolve)),
    close: async () => {
      for (const end of ends) end({ kind: 'aborted' })
    },
  }
  return { transport, ends }
}

describe('bottleneckTransport', () => {
  it('sends no more at once than its cap', async () => {
    const { transport, ends } = held()
    const capped = bottleneckTransport(transport, { maxConcurrent: 2 })
    const replies = [1, 2, 3].map(() => capped.send(request()))
    await expect.poll(() => ends.length).toBe(2)
    ends[0]?.(ok)
    await replies[0]
    await expect.poll(() => ends.length).toBe(3)
    ends[1]?.(ok)
    ends[2]?.(ok)
    expect(await Promise.all(replies)).toEqual([ok, ok, ok])
    await capped.close()
  })

  it('does not count the wait in the limiter against a request’s own deadline', async () => {
    const server = await hostileServer()
    server.behaveBy((index) => (index === 0 ? behaviours.hang() : behaviours.answer(200)))
    const capped = bottleneckTransport(undiciTransport(), { maxConcurrent: 1 })
    // The second waits for longer than it may take, and has as long again for itself.
    const first = capped.send(request({ url: server.url, timeoutMs: 2_100 }))
    const second = capped.send(request({ url: server.url, timeoutMs: 2_000 }))
    expect(await first).toMatchObject({ kind: 'no_answer', errorClass: 'timeout' })
    expect(await second).toMatchObject({ kind: 'response', statusCode: 200 })
    await capped.close()
    await server.close()
  })

  it('lets go of a waiting request at once when it is given up, and never sends it', async () => {
    const { transport, ends } = held()
    const capped = bottleneckTransport(transport, { maxConcurrent: 1 })
    const first = capped.send(request())
    await expect.poll(() => ends.length).toBe(1)
    const giveUp = new AbortController()
    const second = capped.send(request({ signal: giveUp.signal }))
    giveUp.abort()
    expect(await second).toEqual({ kind: 'aborted' })
    ends[0]?.(ok)
    expect(await first).toEqual(ok)
    const third = capped.send(request())
    await expect.poll(() => ends.length).toBe(2)
    ends[1]?.(ok)
    await third
    expect(ends).toHaveLength(2)
    await capped.close()
  })

  it.each([undefined, false])(
    'answers aborted for what the limiter drops (rejectOnDrop: %s)',
    async (rejectOnDrop) => {
      const { transport, ends } = held()
      const options = { maxConcurrent: 1, highWater: 0, strategy: 3 as const }
      const capped = bottleneckTransport(transport, {
        ...options,
        ...(rejectOnDrop === undefined ? {} : { rejectOnDrop }),
      })
      const first = capped.send(request())
      await expect.poll(() => ends.length).toBe(1)
      expect(await capped.send(request())).toEqual({ kind: 'aborted' })
      ends[0]?.(ok)
      expect(await first).toEqual(ok)
      await capped.close()
    },
  )

  it('drops what waits when it is closed, ends what is under way, and sends nothing afterwards', async () => {
    const { transport, ends } = held()
    const capped = bottleneckTransport(transport, { maxConcurrent: 1 })
    const replies = [1, 2, 3].map(() => capped.send(request()))
    await expect.poll(() => ends.length).toBe(1)
    await capped.close()
    const aborted = { kind: 'aborted' }
    expect(await Promise.all(replies)).toEqual([aborted, aborted, aborted])
    expect(await capped.send(request())).toEqual(aborted)
    expect(ends).toHaveLength(1)
  })
})
