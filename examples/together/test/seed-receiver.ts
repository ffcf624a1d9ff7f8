import { createHmac } from 'node:crypto'
import express from 'express'
import type { AddressInfo } from 'node:net'

interface Received {
  readonly event: string
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The receiver of the seed, in our words: a JSON parser, then a comparison with the body as it prints it again. */
export const startSeedReceiver = async (secret: string) => {
  const received: Received[] = []
  const refused: unknown[] = []
  const app = express()
  app.use(express.json())
  app.post('/cms', (request, response) => {
    const signature = request.headers['x-webhook-signature']
    const timestamp = request.headers['x-webhook-timestamp']
    const payload = JSON.stringify(request.body)
    const expected = `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`
    if (!signature || !timestamp || signature !== expected) {
      refused.push(request.body)
      return void response.status(401).json({ error: 'Invalid signature' })
    }
    const { event, data, timestamp: happened } = request.body as Received
    received.push({ event, data, timestamp: happened })
    response.json({ received: true })
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => void server.close()
  return { url: `http://127.0.0.1:${port}/cms`, received, refused, close }
}
