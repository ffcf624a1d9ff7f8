import { generate } from 'selfsigned'
import { describe, expect, it } from 'vitest'
import { ipaddrGuard } from '../src/adapters/ipaddr-guard.js'
import { hostileServer } from '../src/testing/hostile-server.js'
import { ofetchTransport } from '../src/adapters/ofetch-transport.js'
import { bottleneckTransport } from '../src/adapters/bottleneck-transport.js'
import { undiciTransport } from '../src/adapters/undici-transport.js'
import { describeTransport } from '../src/testing/describe-transport.js'

describeTransport('undiciTransport', () => undiciTransport())
describeTransport('ofetchTransport', () => ofetchTransport(), { inflates: true, pins: false })
describeTransport('bottleneckTransport', () => bottleneckTransport(undiciTransport(), { maxConcurrent: 5 }))

describe('undiciTransport', () => {
  it('connects to the very address that the guard has checked, under the name of the URL', async () => {
    const server = await hostileServer()
    const guard = ipaddrGuard({
      allowHttp: true,
      allow: ['127.0.0.0/8'],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    })
    const url = `http://hooks.example.test:${server.port}/`
    const transport = undiciTransport()
    const reply = await transport.send({ url, headers: {}, body: '{}', timeoutMs: 5_000, guard })
    expect(reply).toMatchObject({ kind: 'response', statusCode: 200 })
    expect(server.requests[0]?.headers.host).toBe(`hooks.example.test:${server.port}`)
    await transport.close()
    await server.close()
  })

  it('calls a certificate that nobody vouches for a tls failure', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
    const server = await hostileServer({ tls: { key, cert } })
    const guard = ipaddrGuard({ allow: ['127.0.0.0/8'] })
    const transport = undiciTransport()
    const reply = await transport.send({ url: server.url, headers: {}, body: '{}', timeoutMs: 5_000, guard })
    expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'tls' })
    expect(server.requests).toEqual([])
    await transport.close()
    await server.close()
  })
})
