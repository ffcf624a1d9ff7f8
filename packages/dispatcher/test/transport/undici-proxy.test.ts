import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ipaddrGuard } from '../../src/adapters/ipaddr-guard.js'
import { undiciTransport } from '../../src/adapters/undici-transport.js'
import type { Transport } from '../../src/ports/transport.js'
import { hostileServer, type HostileServer } from '../../src/testing/hostile-server.js'

/** A proxy that tunnels everything to one port of loopback, whatever it is asked for. */
const startProxy = async (target: () => number) => {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  let answer = 'HTTP/1.1 200 Connection established\r\n\r\n'
  let authorization: string | undefined
  const proxy = createServer()
  proxy.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '')
    authorization = request.headers['proxy-authorization']
    if (!answer) return void socket.resume().on('end', () => socket.end())
    socket.write(answer)
    if (!answer.includes(' 200 ')) return void socket.end()
    const onward = connect(target(), '127.0.0.1')
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  return {
    url: `http://user:pass%20word@127.0.0.1:${port}`,
    asked,
    get open() {
      return sockets.size
    },
    get authorization() {
      return authorization
    },
    answers: (text: string) => void (answer = text),
    close: () =>
      new Promise((resolve) => {
        proxy.close(resolve)
        for (const socket of sockets) socket.destroy()
      }),
  }
}

describe('undiciTransport behind a proxy', () => {
  let server: HostileServer
  let proxy: Awaited<ReturnType<typeof startProxy>>
  let transport: Transport
  const addresses: Record<string, string> = {
    'hooks.example.test': '93.184.215.14',
    'inside.example.test': '10.0.0.1',
  }
  const guard = ipaddrGuard({
    allowHttp: true,
    resolve: async (host) => [{ address: addresses[host] ?? '127.0.0.1', family: 4 }],
  })
  const send = (url: string, over = {}) =>
    transport.send({ url, headers: {}, body: '{}', timeoutMs: 10_000, guard, ...over })

  beforeEach(async () => {
    server = await hostileServer()
    proxy = await startProxy(() => server.port)
    transport = undiciTransport({ proxy: proxy.url })
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await transport.close()
    await proxy.close()
    await server.close()
  })

  it('sends through its tunnel, by name and with its password, and keeps the tunnel', async () => {
    for (let index = 0; index < 3; index += 1)
      expect(await send('http://hooks.example.test/hook')).toMatchObject({
        kind: 'response',
        statusCode: 200,
      })
    expect(new Set(proxy.asked)).toEqual(new Set(['hooks.example.test:80']))
    expect(proxy.asked.length).toBeLessThan(3)
    expect(proxy.authorization).toBe(`Basic ${Buffer.from('user:pass word').toString('base64')}`)
    expect(server.requests[0]).toMatchObject({ path: '/hook', headers: { host: 'hooks.example.test' } })
  })

  it('asks the guard first, and the proxy never hears of what it refuses', async () => {
    for (const host of ['inside.example.test', '10.0.0.1', 'localhost', '[::1]', 'router.home.arpa'])
      expect(await send(`http://${host}/`), host).toMatchObject({ kind: 'refused' })
    expect(proxy.asked).toEqual([])
  })

  it('asks for https at its port, and makes TLS itself', async () => {
    const reply = await send('https://hooks.example.test/')
    expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'tls' })
    expect(proxy.asked).toEqual(['hooks.example.test:443'])
  })

  it.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'answered 407'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', 'answered 502'],
  ])('calls it a failure to connect when the proxy answers %j', async (answer, code) => {
    proxy.answers(answer)
    const reply = await send('http://hooks.example.test/')
    expect(reply).toMatchObject({
      kind: 'no_answer',
      errorClass: 'connect',
      error: expect.stringContaining(code),
    })
    expect(JSON.stringify(reply)).not.toContain('word')
  })

  it('calls it a failure to connect when there is no proxy', async () => {
    await proxy.close()
    expect(await send('http://hooks.example.test/')).toMatchObject({
      kind: 'no_answer',
      errorClass: 'connect',
    })
  })

  it('gives up on a proxy that says nothing at the request’s deadline, and leaves nothing', async () => {
    proxy.answers('')
    const reply = await send('http://hooks.example.test/', { timeoutMs: 200 })
    expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'timeout' })
    await transport.close()
    await expect.poll(() => proxy.open).toBe(0)
  })

  it('does as the environment says where it is told to, and connects by itself to what NO_PROXY exempts', async () => {
    vi.stubEnv('HTTP_PROXY', proxy.url)
    vi.stubEnv('NO_PROXY', 'direct.example.test')
    const open = ipaddrGuard({
      allowHttp: true,
      allow: ['127.0.0.0/8'],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    })
    const unaware = undiciTransport()
    const aware = undiciTransport({ proxy: 'env' })
    const to = (host: string) => ({
      url: `http://${host}:${server.port}/`,
      headers: {},
      body: '{}',
      timeoutMs: 10_000,
      guard: open,
    })
    expect(await unaware.send(to('hooks.example.test'))).toMatchObject({ statusCode: 200 })
    expect(await aware.send(to('direct.example.test'))).toMatchObject({ statusCode: 200 })
    expect(proxy.asked).toEqual([])
    expect(await aware.send(to('hooks.example.test'))).toMatchObject({ statusCode: 200 })
    expect(proxy.asked).toEqual([`hooks.example.test:${server.port}`])
    await Promise.all([unaware.close(), aware.close()])
  })

  it.each(['socks5://proxy:1080', 'proxy:3128', '', 'ftp://user:password-canary@proxy'])(
    'refuses the proxy %j, and does not repeat it',
    (text) => {
      const refusal = (path: string) =>
        expect.objectContaining({ code: 'INVALID_OPTIONS', issues: [expect.objectContaining({ path })] })
      expect(() => undiciTransport({ proxy: text })).toThrow(refusal('proxy'))
      expect(() => undiciTransport({ proxy: text })).not.toThrow(/canary/)
      if (!text) return
      vi.stubEnv('HTTPS_PROXY', text)
      expect(() => undiciTransport({ proxy: 'env' })).toThrow(refusal('HTTPS_PROXY'))
    },
  )
})
