import { fork } from 'node:child_process'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ipaddrGuard } from '../../src/adapters/ipaddr-guard.js'
import { undiciTransport } from '../../src/adapters/undici-transport.js'
import type { Reply, TransportRequest } from '../../src/ports/transport.js'
import { behaviours, hostileServer, type Script } from '../../src/testing/hostile-server.js'

const guard = ipaddrGuard({ allowHttp: true, allow: ['127.0.0.1'] })
const request = (url: string, over: Partial<TransportRequest> = {}): TransportRequest => ({
  url,
  headers: {},
  body: '{}',
  timeoutMs: 10_000,
  guard,
  ...over,
})

describe('undiciTransport', () => {
  afterEach(() => void vi.unstubAllEnvs())

  it('opens no more connections to an origin than it may', async () => {
    const server = await hostileServer()
    const transport = undiciTransport({ connections: 2 })
    const replies = await Promise.all(Array.from({ length: 8 }, () => transport.send(request(server.url))))
    expect(replies.map(({ kind }) => kind)).toEqual(Array(8).fill('response'))
    expect(server.connections).toBe(2)
    await transport.close()
    await server.close()
  })

  it('asks whether a request may leave once it has a connection, however long it waited for one', async () => {
    const server = await hostileServer()
    let answer = (): void => undefined
    server.behave((response) => void (answer = () => response.end('ok')))
    const transport = undiciTransport({ connections: 1 })
    let mayStart = true
    const first = transport.send(request(server.url))
    const second = transport.send(request(server.url, { mayStart: () => mayStart }))
    await expect.poll(() => server.requests.length).toBe(1)
    mayStart = false
    answer()
    expect([await first, await second]).toMatchObject([{ kind: 'response' }, { kind: 'aborted' }])
    expect(server.requests).toHaveLength(1)
    await transport.close()
    await server.close()
  })

  it('tells what the answer was headed by, and whom it was connected to', async () => {
    const server = await hostileServer()
    const transport = undiciTransport()
    const { host } = new URL(server.url)
    server.behave(behaviours.answer(503, { 'x-reason': ['one', 'two'], 'Retry-After': '7' } as never))
    const answered = await transport.send(request(server.url))
    expect(answered).toMatchObject({ statusCode: 503, address: host, headers: { 'retry-after': '7' } })
    server.behave(behaviours.hang())
    const late = await transport.send(request(server.url, { timeoutMs: 200 }))
    expect(late).toMatchObject({ kind: 'no_answer', errorClass: 'timeout', address: host })
    await transport.close()
    await server.close()
    const away = await undiciTransport().send(request(server.url))
    expect(away).toMatchObject({ kind: 'no_answer', errorClass: 'connect', address: null })
  })

  it('gives up a connection that nobody waits for any more', async () => {
    const transport = undiciTransport({ connectTimeoutMs: 50 })
    const deaf = ipaddrGuard({ allowHttp: true, resolve: () => new Promise(() => undefined) })
    const reply = await transport.send(request('http://slow.example.test/', { guard: deaf }))
    expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'timeout' })
    expect(reply).toHaveProperty('error', expect.stringContaining('UND_ERR_CONNECT_TIMEOUT'))
    await transport.close()
  })

  it.each([false, true])('leaves nothing of a connection that took too long (tls: %s)', async (tls) => {
    const server = await hostileServer({ tls, acceptAfterMs: Infinity })
    server.behave(behaviours.hang())
    const transport = undiciTransport({ connectTimeoutMs: 100 })
    const secure = request(server.url, { timeoutMs: tls ? 60_000 : 100 })
    expect(await transport.send(secure)).toMatchObject({ errorClass: 'timeout' })
    await expect.poll(() => server.open).toBe(0)
    await transport.close()
    await server.close()
  })

  it('never sends a request whose deadline passed before it was connected', async () => {
    const server = await hostileServer({ acceptAfterMs: 0 })
    let answer = (): void => undefined
    const resolve = () =>
      new Promise<{ address: string; family: 4 }[]>((found) => {
        answer = () => found([{ address: '127.0.0.1', family: 4 }])
      })
    const slow = ipaddrGuard({ allowHttp: true, allow: ['127.0.0.1'], resolve })
    const transport = undiciTransport()
    const url = `http://slow.example.test:${server.port}/`
    const late = await transport.send(request(url, { guard: slow, timeoutMs: 50 }))
    expect(late).toMatchObject({ errorClass: 'timeout' })
    answer()
    await expect.poll(() => server.connections).toBe(1)
    expect(await transport.send(request(url, { guard: slow, body: '"second"' }))).toMatchObject({
      kind: 'response',
    })
    expect(server.requests.map(({ body }) => body)).toEqual(['"second"'])
    await transport.close()
    await server.close()
  })

  it('answers aborted for what was under way when it was closed', async () => {
    const server = await hostileServer()
    server.behave(behaviours.hang())
    const transport = undiciTransport()
    const reply = transport.send(request(server.url))
    await expect.poll(() => server.requests.length).toBe(1)
    await transport.close()
    expect(await reply).toEqual({ kind: 'aborted' })
    await server.close()
  })

  it('does over TLS what it does without: keeps connections, takes interim answers out, repeats on a fresh one', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const server = await hostileServer({ tls: true })
    const transport = undiciTransport()
    const seen = new WeakSet<object>()
    let spoilt: Script | null = null
    server.behave((response, socket) => {
      const script = (seen.has(socket) ? spoilt : null) ?? behaviours.answer(200)
      if (script === spoilt) spoilt = null
      seen.add(socket)
      script(response, socket)
    })
    /** What comes of a request on a connection that was used before. */
    const reused = async (script: Script) => {
      spoilt = script
      let reply: Reply
      do reply = await transport.send(request(server.url))
      while (spoilt)
      return reply
    }
    const early: Script = (response) => {
      response.writeContinue()
      response.end('early')
    }
    expect(await reused(early)).toMatchObject({ kind: 'response', statusCode: 200, body: 'early' })
    const gone: Script = (_response, socket) => void socket.destroy()
    for (const script of [behaviours.raw('', 'end'), gone])
      expect(await reused(script)).toMatchObject({ kind: 'response', statusCode: 200, repeated: true })
    await transport.close()
    await expect.poll(() => server.open).toBe(0)
    await server.close()
  })

  it('lets its process go once it is closed, even in the middle of a TLS handshake', async () => {
    const server = await hostileServer({ tls: true, acceptAfterMs: Infinity })
    const child = fork(new URL('close-in-handshake.ts', import.meta.url), [server.url], {
      execArgv: ['--conditions=swigs-source', '--import', 'tsx'],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await expect.poll(() => server.connections, { timeout: 60_000 }).toBe(2)
    const code = new Promise((resolve) => child.once('close', resolve))
    child.send('close')
    expect(await code).toBe(0)
    expect(JSON.parse(said)).toEqual([{ kind: 'aborted' }, { kind: 'aborted' }])
    await server.close()
  }, 90_000)

  it('lets no limit of its own end a request before its deadline', async () => {
    const server = await hostileServer()
    let answer = (): void => undefined
    const resolve = () =>
      new Promise<{ address: string; family: 4 }[]>((found) => {
        answer = () => found([{ address: '127.0.0.1', family: 4 }])
      })
    const transport = undiciTransport()
    const guarded = ipaddrGuard({ allowHttp: true, allow: ['127.0.0.1'], resolve })
    const url = `http://slow.example.test:${server.port}/`
    const short = await transport.send(request(url, { guard: guarded, timeoutMs: 50 }))
    expect(short).toMatchObject({ errorClass: 'timeout' })
    // The attempt of the short one ends with it; this one's has its own time.
    const long = transport.send(request(url, { guard: guarded, timeoutMs: 60_000 }))
    answer()
    expect(await long).toMatchObject({ kind: 'response', statusCode: 200 })
    await transport.close()
    await server.close()
  })

  it.each([
    ['connections', 0],
    ['connections', 1.5],
    ['connectTimeoutMs', -1],
    ['keepAliveTimeoutMs', Number.NaN],
  ])('refuses %s: %d and says which option it was', (name, value) => {
    expect(() => undiciTransport({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        issues: [expect.objectContaining({ path: name, message: expect.stringContaining(String(value)) })],
      }),
    )
  })
})
