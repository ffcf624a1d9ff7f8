import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ipaddrGuard } from '../adapters/ipaddr-guard.js'
import type { Reply } from '../core/reply.js'
import type { AddressGuard } from '../ports/address-guard.js'
import { MAX_RESPONSE_BYTES, type Transport, type TransportRequest } from '../ports/transport.js'
import { behaviours, hostileServer, type HostileServer } from './hostile-server.js'

const BODY =
  '{"id":"evt_1","event":"order.created","timestamp":"2026-02-01T10:00:00.000Z","data":{"planted":"payload-canary"}}'

/**
 * The contract of a transport, against a real server on loopback at its worst.
 * @param options.inflates the runtime's client inflates by itself (fetch): a bomb must still not be read beyond the limit
 */
export const describeTransport = (
  name: string,
  factory: () => Transport,
  options: { inflates?: boolean } = {},
): void => {
  describe(`${name} keeps the transport contract`, () => {
    const guard = ipaddrGuard({ allowHttp: true, allow: ['127.0.0.0/8'] })
    let server: HostileServer
    let transport: Transport

    beforeAll(async () => {
      server = await hostileServer()
    })
    afterAll(() => server.close())
    beforeEach(() => {
      transport = factory()
    })
    afterEach(() => transport.close())

    const send = (over: Partial<TransportRequest> = {}): Promise<Reply> =>
      transport.send({
        url: `${server.url}/hook?token=query-canary`,
        headers: {
          'content-type': 'application/json',
          'x-webhook-event': 'order.created',
          authorization: 'header-canary',
        },
        body: BODY,
        timeoutMs: 10_000,
        guard,
        ...over,
      })

    it('sends a POST with the very bytes and headers it was given', async () => {
      server.behave(behaviours.answer(200, {}, 'fine'))
      const reply = await send()
      expect(reply).toEqual({
        kind: 'response',
        statusCode: 200,
        retryAfter: null,
        body: 'fine',
        truncated: false,
      })
      const request = server.requests.at(-1)
      expect(request).toMatchObject({ method: 'POST', path: '/hook?token=query-canary', body: BODY })
      expect(request?.headers).toMatchObject({
        'x-webhook-event': 'order.created',
        authorization: 'header-canary',
      })
    })

    it.each([204, 400, 404, 410, 429, 500, 503])('answers a %i as a value', async (status) => {
      server.behave(behaviours.answer(status))
      expect(await send()).toMatchObject({ kind: 'response', statusCode: status })
    })

    it('hands on Retry-After as it came', async () => {
      server.behave(behaviours.answer(503, { 'retry-after': '120' }))
      expect(await send()).toMatchObject({ statusCode: 503, retryAfter: '120' })
    })

    it('does not follow a redirect', async () => {
      const before = server.requests.length
      server.behave(behaviours.redirect(`${server.url}/inside`))
      expect(await send()).toMatchObject({ kind: 'response', statusCode: 302 })
      expect(server.requests.length).toBe(before + 1)
    })

    it('reads 16 KiB of an endless answer and lets the rest go', async () => {
      server.behave(behaviours.endless())
      const reply = await send()
      expect(reply).toMatchObject({ kind: 'response', statusCode: 200, truncated: true })
      expect(reply.kind === 'response' && reply.body.length).toBe(MAX_RESPONSE_BYTES)
    })

    it('keeps exactly 16 KiB without calling it truncated', async () => {
      server.behave(behaviours.answer(200, {}, 'y'.repeat(MAX_RESPONSE_BYTES)))
      expect(await send()).toMatchObject({ truncated: false, body: 'y'.repeat(MAX_RESPONSE_BYTES) })
    })

    it('does not let a gzip bomb grow', async () => {
      server.behave(behaviours.gzipBomb())
      const reply = await send()
      expect(reply.kind).toBe('response')
      expect(reply.kind === 'response' && reply.body.length).toBeLessThanOrEqual(MAX_RESPONSE_BYTES)
      if (!options.inflates) expect(reply.kind === 'response' && reply.body).not.toMatch(/^\0{10}/)
    })

    it.each([
      ['says nothing', behaviours.hang()],
      ['says nothing after its headers', behaviours.hangAfterHeaders()],
      ['drips a byte at a time', behaviours.drip()],
    ])('gives up at the one deadline on a server that %s', async (_how, script) => {
      server.behave(script)
      expect(await send({ timeoutMs: 300 })).toMatchObject({ kind: 'no_answer', errorClass: 'timeout' })
    })

    it.each([
      ['resets at once', behaviours.resetAtOnce()],
      ['resets after its headers', behaviours.resetAfterHeaders()],
      ['sends less than it promised', behaviours.tooShort()],
      ['does not speak HTTP', behaviours.garbage()],
    ])('calls it a reset when the server %s', async (_how, script) => {
      server.behave(script)
      expect(await send()).toMatchObject({ kind: 'no_answer', errorClass: 'reset' })
    })

    it('goes on after a server that closed the kept connection, or sent too much', async () => {
      for (const script of [behaviours.closeAfter(), behaviours.tooLong()]) {
        server.behave(script)
        await send()
      }
      server.behave(behaviours.answer(200, {}, 'still here'))
      const replies = [await send(), await send()]
      expect(replies.at(-1)).toMatchObject({ kind: 'response', body: 'still here' })
    })

    it('tells a refused connection from a name that does not resolve', async () => {
      const gone = await hostileServer()
      await gone.close()
      expect(await send({ url: `${gone.url}/` })).toMatchObject({ kind: 'no_answer', errorClass: 'connect' })
      const deaf = ipaddrGuard({ allowHttp: true, resolve: () => Promise.reject(new Error('no such name')) })
      const reply = await send({ url: 'http://nowhere.example.test/', guard: deaf })
      expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'dns' })
    })

    it('refuses what the guard refuses, and nothing is connected to', async () => {
      const before = server.requests.length
      const strict: AddressGuard = ipaddrGuard({ allowHttp: true })
      const named = ipaddrGuard({
        allowHttp: true,
        resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      })
      expect(await send({ guard: strict })).toMatchObject({ kind: 'refused' })
      const url = `http://hooks.example.test:${server.port}/`
      expect(await send({ url, guard: named })).toMatchObject({ kind: 'refused' })
      expect(server.requests.length).toBe(before)
    })

    it('answers aborted when the process gives the attempt up', async () => {
      server.behave(behaviours.hang())
      const giveUp = new AbortController()
      const before = server.requests.length
      const reply = send({ signal: giveUp.signal })
      await expect.poll(() => server.requests.length).toBe(before + 1)
      giveUp.abort()
      expect(await reply).toEqual({ kind: 'aborted' })
      expect(await send({ signal: giveUp.signal })).toEqual({ kind: 'aborted' })
    })

    it('puts no payload, no header value and no query into an error', async () => {
      const texts: string[] = []
      for (const script of [behaviours.resetAtOnce(), behaviours.garbage(), behaviours.tooShort()]) {
        server.behave(script)
        texts.push(JSON.stringify(await send()))
      }
      expect(texts.join()).not.toMatch(/canary/)
    })

    it('can be closed twice', async () => {
      await transport.close()
      await transport.close()
    })
  })
}
