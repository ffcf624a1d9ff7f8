import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { ipaddrGuard } from '../../src/adapters/ipaddr-guard.js'
import { UnseenClient } from '../../src/adapters/unseen-client.js'
import { undiciTransport } from '../../src/index.js'
import { receiver } from '../otel/support.js'

interface Created {
  request: { path: string; headers: string[]; addHeader(name: string, value: string): void }
}

/** What any vendor's instrumentation does: looks at each request, and adds headers of its own. */
const instrument = () => {
  const paths: string[] = []
  const listener = (message: unknown): void => {
    const { request } = message as Created
    paths.push(request.path)
    request.addHeader('x-vendor-trace', 'abc')
    request.headers.push('Traceparent', 'vendor')
    request.addHeader('x-given', 'overridden')
  }
  subscribe('undici:request:create', listener)
  onTestFinished(() => void unsubscribe('undici:request:create', listener))
  return { paths, stop: () => unsubscribe('undici:request:create', listener) }
}

const guard = ipaddrGuard({
  allowHttp: true,
  allow: ['127.0.0.0/8'],
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
})

const proxyOf = async (target: number): Promise<string> => {
  const sockets = new Set<Socket>()
  const proxy = createServer()
  proxy.on('connection', (socket) => void sockets.add(socket.on('error', () => undefined)))
  proxy.on('connect', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    const onward = connect(target, '127.0.0.1')
    sockets.add(onward.on('error', () => undefined))
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => proxy.close(resolve))
  })
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

it.each(['straight', 'through a proxy'])(
  'whatever instruments undici sees no query and adds no header, not even to a given one: %s',
  async (way) => {
    const { paths } = instrument()
    const { got, origin, port } = await receiver()
    const transport = undiciTransport(way === 'straight' ? {} : { proxy: await proxyOf(port) })
    onTestFinished(() => transport.close())
    const request = { headers: { 'x-given': 'given' }, body: '{}', timeoutMs: 10_000, guard }
    const url = `${origin}/hooks?secret=1?2`
    expect(await transport.send({ url, ...request })).toMatchObject({ kind: 'response', statusCode: 200 })
    expect(await transport.send({ url, ...request })).toMatchObject({ kind: 'response', statusCode: 200 })
    expect(paths.filter((path) => path.startsWith('/'))).toEqual(['/hooks', '/hooks'])
    expect(got.map((hook) => hook.url)).toEqual(['/hooks?secret=1?2', '/hooks?secret=1?2'])
    for (const { headers } of got) {
      expect(headers).toMatchObject({ 'x-given': 'given' })
      expect(headers).not.toHaveProperty('x-vendor-trace')
      expect(headers).not.toHaveProperty('traceparent')
    }
  },
)

it('takes headers in every form that undici does', async () => {
  instrument()
  const { got, origin } = await receiver()
  const client = new UnseenClient(origin)
  onTestFinished(() => client.close())
  const forms = [
    ['x-one', '1', 'x-two', '2', 'x-two', '3'],
    new Map([
      ['x-one', '1'],
      ['x-two', '2, 3'],
    ]),
    { 'x-one': '1', 'X-Two': ['2', '3'] },
    null,
  ]
  for (const headers of forms)
    await (await client.request({ path: '/', method: 'POST', headers, body: '' })).body.text()
  for (const { headers } of got.slice(0, 3)) expect(headers).toMatchObject({ 'x-one': '1', 'x-two': '2, 3' })
  for (const { headers } of got) expect(headers).not.toHaveProperty('x-vendor-trace')
})

it('costs a request nothing while nobody listens: it is handed on as it came', async () => {
  const { stop } = instrument()
  stop()
  const { origin } = await receiver()
  const client = new UnseenClient(origin)
  onTestFinished(() => client.close())
  const parent = vi.spyOn(Object.getPrototypeOf(UnseenClient.prototype) as UnseenClient, 'dispatch')
  onTestFinished(() => parent.mockRestore())
  const options = { path: '/hooks?x=1', method: 'POST' as const, body: '{}' }
  const handler = { onResponseError: () => undefined, onRequestStart: () => undefined }
  client.dispatch(options, handler)
  expect(parent.mock.calls[0]?.[0]).toBe(options)
})
