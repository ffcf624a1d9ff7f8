import { afterAll, describe, expect, it } from 'vitest'
import { ipaddrGuard } from '../../src/adapters/ipaddr-guard.js'
import { ofetchTransport } from '../../src/adapters/ofetch-transport.js'
import { undiciTransport } from '../../src/adapters/undici-transport.js'
import { createDispatcher, memoryStorage } from '../../src/index.js'
import { behaviours, hostileServer } from '../../src/testing/hostile-server.js'
import { loopbackGuard } from '../../src/testing/transport/harness.js'
import { insertSample } from '../../src/testing/storage/samples.js'
import { ACCEPTED_URLS, REFUSED_URLS } from './address-corpus.js'

// Every name resolves, and to a public address: what is refused is refused for what it is.
const network = { allowHttp: true, resolve: async () => [{ address: '93.184.215.14', family: 4 as const }] }
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
const request = { headers: {}, body: '{}', timeoutMs: 10_000 }

describe(`each of ${REFUSED_URLS.length} ways to write what is not public`, () => {
  const transports = [undiciTransport(), ofetchTransport()]
  afterAll(() => Promise.all(transports.map((transport) => transport.close())))

  it('is 120 at least, and none twice', () => {
    expect(new Set(REFUSED_URLS).size).toBe(REFUSED_URLS.length)
    expect(REFUSED_URLS.length).toBeGreaterThanOrEqual(120)
  })

  it('is refused when it is saved, and when a subscription is changed to it', async () => {
    const webhooks = createDispatcher({ storage: memoryStorage(), network, logger })
    const base = { appName: 'a', events: ['*'] }
    const { id } = await webhooks.subscriptions.create({ ...base, url: 'https://example.com/' })
    const refusal = { code: 'INVALID_SUBSCRIPTION', issues: [{ path: 'url' }] }
    for (const url of REFUSED_URLS) {
      await expect(webhooks.subscriptions.create({ ...base, url }), url).rejects.toMatchObject(refusal)
      await expect(webhooks.subscriptions.update(id, { url }), url).rejects.toMatchObject(refusal)
    }
    await webhooks.stop()
  })

  it('is refused when it is tested and when it is sent to, however it came into the store', async () => {
    const storage = memoryStorage()
    const webhooks = createDispatcher({ storage, network, logger, rateLimit: false })
    for (const url of REFUSED_URLS) {
      const { id } = await insertSample(storage, { appName: url, url })
      const result = await webhooks.subscriptions.test(id)
      expect(result, url).toMatchObject({ delivered: false, statusCode: null })
    }
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    const { items } = await webhooks.deliveries.list({ type: 'order.created', limit: 200 })
    expect(items.map(({ reason }) => reason)).toEqual(REFUSED_URLS.slice(0, 200).map(() => 'blocked_address'))
    await webhooks.stop()
  })

  it('is refused by each transport, before anything is looked up', async () => {
    let asked = 0
    const guard = ipaddrGuard({ allowHttp: true, resolve: async () => (asked++, []) })
    for (const transport of transports)
      for (const url of REFUSED_URLS)
        expect(await transport.send({ ...request, url, guard }), url).toMatchObject({ kind: 'refused' })
    expect(asked).toBe(0)
  })

  it('is not gone to when a receiver redirects there', async () => {
    const server = await hostileServer()
    // A header cannot have all of them in it.
    const locations = REFUSED_URLS.filter((url) => /^[\u0021-\u007e]*$/.test(url))
    for (const transport of transports)
      for (const location of locations) {
        server.behave(behaviours.redirect(location))
        const reply = await transport.send({ ...request, url: server.url, guard: loopbackGuard })
        expect(reply, location).toMatchObject({ kind: 'response', statusCode: 302 })
      }
    expect(server.requests).toHaveLength(locations.length * transports.length)
    await server.close()
  })
})

describe('what looks like it and is public', () => {
  it.each(ACCEPTED_URLS)('%s is taken', async (url) => {
    expect(ipaddrGuard(network).inspect(url)).toEqual({ kind: 'ok' })
  })
})
