import { createHmac } from 'node:crypto'
import { Agent, request } from 'undici'

const dispatcher = new Agent({ pipelining: 1 })

/** What every contender does with a job: sign it, post it, read the answer. */
export const postSigned = async ({ url, body }: { url: string; body: string }): Promise<void> => {
  const signature = createHmac('sha256', 'benchmark-secret-benchmark-secret').update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-webhook-signature': `sha256=${signature}` }
  const response = await request(url, { method: 'POST', headers, body, dispatcher })
  await response.body.text()
}
