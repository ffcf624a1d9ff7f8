import { createHmac } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { signLegacy } from '@swigs/webhooks-protocol'
import express5 from 'express'
// @ts-expect-error an alias of express 4, whose types are those of express
import express4 from 'express4'
import { describe, expect, it } from 'vitest'
import { createReceiver, verifyWebhook } from '../src/index.js'
import { expressReceiver } from '../src/express.js'
import { signedRequest } from '../src/testing.js'
import { listen, sendTo } from './mounts.js'

const secret = 'receiver-secret-receiver-secret-0123'

/** The seed's receiver, in our words: a JSON parser, then a comparison with the printed body. */
const seedReceiver = (express: typeof express5) => {
  const app = express()
  app.use(express.json())
  app.post('/cms', (request, response) => {
    const signature = request.headers['x-webhook-signature']
    if (!signature || !request.headers['x-webhook-timestamp'])
      return void response.status(401).json({ error: 'Missing signature' })
    const expected = `sha256=${createHmac('sha256', secret).update(JSON.stringify(request.body)).digest('hex')}`
    if (signature !== expected) return void response.status(401).json({ error: 'Invalid signature' })
    response.json({ received: true, event: (request.body as { event: string }).event })
  })
  return app
}

describe.each([
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
])('%s', (_name, express) => {
  const post = async (app: unknown, request: Parameters<ReturnType<typeof sendTo>>[0]) => {
    const { url, close } = await listen(app as RequestListener)
    try {
      return await sendTo(`${url}/cms`)(request)
    } finally {
      await close()
    }
  }
  const hostile = {
    name: 'Zoë 💥',
    'a.b': { $gt: '"\\\n\u2028' },
    10: 1,
    2: 2,
    __proto: null,
    price: 1e21,
    tiny: 5e-324,
  }

  it('the seed’s own receiver accepts what we send', async () => {
    const answer = await post(seedReceiver(express), signedRequest('order.created', hostile, { secret }))
    expect(answer).toMatchObject({ status: 200, body: { received: true, event: 'order.created' } })
  })

  it('we accept the seed’s own sender, with legacy alone', async () => {
    const body = JSON.stringify({
      event: 'order.created',
      timestamp: new Date().toISOString(),
      data: hostile,
    })
    const headers = {
      'content-type': 'application/json',
      'x-webhook-signature': signLegacy(body, secret),
      'x-webhook-event': 'order.created',
    }
    const seen: unknown[] = []
    const logger = { warn: () => undefined, error: () => undefined }
    const app = (legacy: boolean) =>
      express().post(
        '/cms',
        expressReceiver(createReceiver({ secret, legacy, logger, onAny: (event) => seen.push(event.data) })),
      )
    expect((await post(app(false), { headers, body })).status).toBe(401)
    expect((await post(app(true), { headers, body })).status).toBe(200)
    expect(seen).toEqual([JSON.parse(JSON.stringify(hostile))])
  })

  it('verifyWebhook leaves the handler to the app: req.body parsed, req.webhook typed', async () => {
    const app = express()
    app.post('/cms', verifyWebhook({ secret }), (request, response) => {
      response.json({ event: request.webhook?.event, data: (request.body as { data: unknown }).data })
    })
    const signed = signedRequest('order.created', { a: 1 }, { secret })
    expect(await post(app, signed)).toMatchObject({
      status: 200,
      body: { event: 'order.created', data: { a: 1 } },
    })
    expect(await post(app, { ...signed, body: '{}' })).toMatchObject({
      status: 401,
      body: { error: 'Invalid signature' },
    })
  })
})
