import { createHmac } from 'node:crypto'
import { Agent, request } from 'undici'
import { serialiseEnvelope } from '@swigs/webhooks-protocol'
import { measured, type Measured } from '../measured.js'
import { data, DELIVERIES, IN_FLIGHT } from './settings.js'

/** The baseline: HMAC and `undici.request`, `IN_FLIGHT` at a time, nothing stored. */
export const bareLoop = async (url: string): Promise<Measured> => {
  const dispatcher = new Agent({ pipelining: 1 })
  const id = 'evt_01a20b769dd0706f814356267f89c654'
  const body = serialiseEnvelope({ id, event: 'order.created', timestamp: new Date().toISOString(), data })
  let left = DELIVERIES
  const loop = async () => {
    while (left-- > 0) {
      const signature = createHmac('sha256', 'benchmark-secret-benchmark-secret').update(body).digest('hex')
      const headers = { 'content-type': 'application/json', 'x-webhook-signature': `sha256=${signature}` }
      const response = await request(url, { method: 'POST', headers, body, dispatcher })
      await response.body.text()
    }
  }
  const figures = await measured(() => Promise.all(Array.from({ length: IN_FLIGHT }, loop)))
  await dispatcher.destroy()
  return figures
}
