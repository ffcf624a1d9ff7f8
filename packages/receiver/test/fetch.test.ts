import { expect, it } from 'vitest'
import { fetchReceiver } from '../src/fetch.js'
import { createReceiver } from '../src/receiver.js'
import { signedRequest } from '../src/testing.js'

const secret = 'receiver-secret-receiver-secret-0123'
const post = (init: object) =>
  fetchReceiver(createReceiver({ secret, logger: { warn: () => undefined, error: () => undefined } }))(
    new Request('http://localhost/cms', { method: 'POST', ...init }),
  )

it('a body that breaks off is malformed, as on every other mount, and not an exception of the handler', async () => {
  const { headers } = signedRequest('order.created', {}, { secret })
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
  expect((await post({ headers, body, duplex: 'half' })).status).toBe(400)
})

it('a body that somebody has read is a set-up to mend', async () => {
  const { headers, body } = signedRequest('order.created', {}, { secret })
  const request = new Request('http://localhost/cms', { method: 'POST', headers, body })
  await request.json()
  const lines: string[] = []
  const logger = { warn: () => undefined, error: (_: object, text: string) => void lines.push(text) }
  const answer = await fetchReceiver(createReceiver({ secret, logger }))(request)
  expect([answer.status, await answer.json()]).toEqual([500, { error: 'Misconfigured' }])
  expect(lines).toHaveLength(1)
})
