import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { MAX_RESPONSE_BYTES } from '../../ports/transport.js'
import { behaviours } from '../hostile-server.js'
import { BODY, type TransportHarness } from './harness.js'

/** What comes back when something comes back. */
export const describeAnswers = (h: TransportHarness): void => {
  it('sends a POST with the very bytes and headers it was given', async () => {
    h.server.behave(behaviours.answer(200, {}, 'fine'))
    const reply = await h.send()
    expect(reply).toMatchObject({
      kind: 'response',
      statusCode: 200,
      retryAfter: null,
      body: 'fine',
      truncated: false,
    })
    expect(reply).not.toHaveProperty('repeated')
    const request = h.server.requests.at(-1)
    expect(request).toMatchObject({ method: 'POST', path: '/hook?token=query-canary', body: BODY })
    expect(request?.bytes.equals(Buffer.from(BODY))).toBe(true)
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(BODY)),
      'x-webhook-event': 'order.created',
      authorization: 'header-canary',
    })
  })

  it.each([204, 400, 404, 410, 429, 500, 503])('answers a %i as a value', async (status) => {
    h.server.behave(behaviours.answer(status))
    expect(await h.send()).toMatchObject({ kind: 'response', statusCode: status })
  })

  it('hands on Retry-After as it came', async () => {
    h.server.behave(behaviours.answer(503, { 'retry-after': '120' }))
    expect(await h.send()).toMatchObject({ statusCode: 503, retryAfter: '120' })
  })

  it('waits for the answer itself where an interim one comes first', async () => {
    h.server.behave((response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      response.writeHead(429, { 'retry-after': '7' }).end('later')
    })
    expect(await h.send()).toMatchObject({ statusCode: 429, retryAfter: '7', body: 'later' })
  })

  it('does not follow a redirect, to wherever it leads', async () => {
    const before = h.server.requests.length
    for (const location of [`${h.server.url}/inside`, 'http://169.254.169.254/latest/meta-data/']) {
      h.server.behave(behaviours.redirect(location))
      expect(await h.send()).toMatchObject({ kind: 'response', statusCode: 302 })
    }
    expect(h.server.requests.length).toBe(before + 2)
  })

  it('reads 16 KiB of an endless answer, lets the rest go and the connection with it', async () => {
    const sockets: Socket[] = []
    h.server.behave((response, socket) => {
      sockets.push(socket)
      behaviours.endless()(response, socket)
    })
    const reply = await h.send()
    expect(reply).toMatchObject({ kind: 'response', statusCode: 200, truncated: true })
    expect(reply.kind === 'response' && reply.body.length).toBe(MAX_RESPONSE_BYTES)
    await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true])
  })

  it('does not wait for the rest of an answer that it does not read', async () => {
    h.server.behave((response) => void response.writeHead(200).write('x'.repeat(MAX_RESPONSE_BYTES + 1)))
    expect(await h.send()).toMatchObject({ kind: 'response', truncated: true })
  })

  it('keeps exactly 16 KiB without calling it truncated', async () => {
    const body = 'y'.repeat(MAX_RESPONSE_BYTES)
    h.server.behave(behaviours.answer(200, {}, body))
    expect(await h.send()).toMatchObject({ truncated: false, body })
    h.server.behave(behaviours.answer(200, { 'content-length': String(MAX_RESPONSE_BYTES) }, body))
    expect(await h.send()).toMatchObject({ truncated: false, body })
  })

  it('puts characters together that come in pieces', async () => {
    const bytes = Buffer.from('reçu 🐤')
    h.server.behave((response) => {
      response.writeHead(200)
      response.write(bytes.subarray(0, 8), () => setImmediate(() => response.end(bytes.subarray(8))))
    })
    expect(await h.send()).toMatchObject({ body: 'reçu 🐤' })
  })

  it('does not let a gzip bomb grow', async () => {
    h.server.behave(behaviours.gzipBomb())
    const reply = await h.send()
    expect(reply.kind).toBe('response')
    expect(reply.kind === 'response' && reply.body.length).toBeLessThanOrEqual(MAX_RESPONSE_BYTES)
    if (!h.traits.inflates) expect(reply.kind === 'response' && reply.body).not.toMatch(/^\0{10}/)
  })

  it('sends the next requests over connections that earlier ones left', async () => {
    h.server.behave(behaviours.answer(200, {}, 'fine'))
    // A client may need a second one where an answer was read before the connection was seen to be free.
    for (let sent = 0; sent < 5; sent += 1) await h.send()
    const before = h.server.connections
    for (let sent = 0; sent < 5; sent += 1) await h.send()
    expect(h.server.connections).toBe(before)
  })

  it('goes on after a server that closed the kept connection, or sent too much', async () => {
    for (const script of [behaviours.closeAfter(), behaviours.tooLong()]) {
      h.server.behave(script)
      await h.send()
    }
    h.server.behave(behaviours.answer(200, {}, 'still here'))
    const replies = [await h.send(), await h.send()]
    expect(replies.at(-1)).toMatchObject({ kind: 'response', body: 'still here' })
  })
}
