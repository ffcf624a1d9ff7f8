import { describe, expect, it } from 'vitest'
import { ipaddrGuard } from '../../adapters/ipaddr-guard.js'
import { behaviours, hostileServer, type Script } from '../hostile-server.js'
import type { Reply } from '../../core/reply.js'
import type { TransportRequest } from '../../ports/transport.js'
import { requestTo, type TransportHarness } from './harness.js'

const { answer, raw, resetAtOnce } = behaviours
const fine = answer(200, {}, 'fine')

/** What connections do under a request, and what is left of them. */
export const describeConnections = (h: TransportHarness): void => {
  /** What comes of a request on a connection that was used before, where the server then behaves like this. */
  const onceReused = async (
    reused: Script,
    { over = {}, fresh = fine }: { over?: Partial<TransportRequest>; fresh?: Script } = {},
  ) => {
    const server = await hostileServer()
    const seen = new WeakSet<object>()
    let met = false
    server.behave((response, socket) => {
      const script = met ? fresh : seen.has(socket) ? reused : fine
      met ||= seen.has(socket)
      seen.add(socket)
      script(response, socket)
    })
    // A connection is free again a moment after its answer was read: another may be made instead.
    let length: number
    let reply: Reply
    do {
      length = server.requests.length
      reply = await h.transport.send(requestTo(server, over))
    } while (!met)
    await server.close()
    return { reply, arrived: server.requests.length - length }
  }

  describe('when a kept connection is given up under a request', () => {
    it.each([
      ['closed', raw('', 'end')],
      ['reset', resetAtOnce()],
    ])(
      'makes it once more at once on a fresh one, where it was %s before one byte of an answer',
      async (_how, script) => {
        const { reply, arrived } = await onceReused(script)
        expect(reply).toMatchObject({ kind: 'response', statusCode: 200, body: 'fine', repeated: true })
        expect(arrived).toBe(2)
      },
    )

    it('asks whether it may, and does not when it may not', async () => {
      let asked = 0
      const mayRepeat = () => (asked++, false)
      const { reply, arrived } = await onceReused(resetAtOnce(), { over: { mayRepeat } })
      expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'reset' })
      expect([asked, arrived]).toEqual([1, 1])
    })

    it('does not where an answer had begun', async () => {
      const { reply, arrived } = await onceReused(raw('HTTP/1.1 200 O', 'end'))
      expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'reset' })
      expect(reply).not.toHaveProperty('repeated')
      expect(arrived).toBe(1)
    })

    it('does it once', async () => {
      let asked = 0
      const over = { mayRepeat: () => (asked += 1) > 0 }
      const { reply, arrived } = await onceReused(resetAtOnce(), { over, fresh: resetAtOnce() })
      expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'reset', repeated: true })
      expect([asked, arrived]).toEqual([1, 2])
    })
  })

  it('does not repeat what a fresh connection did not bring an answer to', async () => {
    h.server.behave(resetAtOnce())
    const before = h.server.requests.length
    const reply = await h.send({ mayRepeat: () => true })
    expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'reset' })
    expect(h.server.requests.length).toBe(before + 1)
  })

  if (h.traits.pins !== false)
    it('tries the other addresses of a name when one is dead', async () => {
      h.server.behave(fine)
      const resolve = async () =>
        (['::1', '127.0.0.2', '127.0.0.1'] as const).map((address) => ({
          address,
          family: address === '::1' ? (6 as const) : (4 as const),
        }))
      const guard = ipaddrGuard({ allowHttp: true, allow: ['127.0.0.0/8', '::1'], resolve })
      const url = `http://hooks.example.test:${h.server.port}/`
      expect(await h.send({ guard, url })).toMatchObject({ kind: 'response', statusCode: 200 })
    })

  it.each([
    ['in the middle of a TLS handshake', { tls: true, acceptAfterMs: Infinity }, fine, 'aborted'],
    ['while an answer is waited for', {}, behaviours.hang(), 'aborted'],
    ['when all is quiet', {}, fine, 'response'],
  ] as const)('leaves no connection when it is closed %s', async (_when, options, script, kind) => {
    const server = await hostileServer(options)
    server.behave(script)
    const reply = h.transport.send(requestTo(server, { timeoutMs: 600_000 }))
    await expect.poll(() => ('tls' in options ? server.connections : server.requests.length)).toBe(1)
    if (kind === 'response') await reply
    await h.transport.close()
    expect((await reply).kind).toBe(kind)
    await expect.poll(() => server.open).toBe(0)
    await server.close()
  })

  it('sends nothing once it is closed', async () => {
    await h.transport.close()
    const before = h.server.connections
    expect(await h.send()).toEqual({ kind: 'aborted' })
    expect(h.server.connections).toBe(before)
  })

  it('gives the connection up with a request that nobody waits for', async () => {
    const server = await hostileServer()
    server.behave(behaviours.hang())
    await h.send({ url: server.url, timeoutMs: 100 })
    await expect.poll(() => server.open).toBe(0)
    await server.close()
  })
}
