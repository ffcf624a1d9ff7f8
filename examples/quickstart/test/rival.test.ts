import { createDispatcher, memoryStorage } from '@swigs/webhooks-dispatcher'
import { fakeClock, recordingTransport } from '@swigs/webhooks-dispatcher/testing'
import { createReceiver, memoryDedupe } from '@swigs/webhooks-receiver'
import { expect, it } from 'vitest'

const secret = 'a-secret-that-both-sides-know-0123456789'

it('a delivery whose id the receiver is still handling waits alone: the others of its lane go on', async () => {
  const clock = fakeClock()
  const dedupe = memoryDedupe()
  const handled: unknown[] = []
  const receiver = createReceiver({
    secret,
    dedupe,
    now: () => clock.now(),
    onAny: ({ data }) => handled.push(data),
  })
  const transport = recordingTransport(async (request) => {
    const { status, headers, body } = await receiver.handle({ method: 'POST', ...request })
    const retryAfter = headers['retry-after'] ?? null
    return { kind: 'response', statusCode: status, retryAfter, body, truncated: false }
  })
  const webhooks = createDispatcher({
    storage: memoryStorage(),
    transport,
    clock,
    retry: { delaysMs: [60_000], jitter: 0 },
    network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
  })
  await webhooks.subscriptions.create({
    appName: 'app',
    url: 'https://app.example.com/hooks',
    events: ['*'],
    appSecret: secret,
  })

  const first = await webhooks.dispatch('order.created', 1)
  // Another of its processes, or an earlier attempt that timed out, is at work on it.
  const held = { token: 'another process', claimMs: 60_000 }
  await dedupe.claim(first.id ?? '', held)
  await webhooks.dispatch('order.created', 2)
  await webhooks.drain()
  await webhooks.dispatch('order.created', 3)
  await webhooks.drain()
  expect(handled).toEqual([2, 3])
  expect((await webhooks.deliveries.list({ status: 'pending' })).items).toMatchObject([{ eventId: first.id }])

  await dedupe.release(first.id ?? '', held.token)
  await clock.advance(60_000)
  await webhooks.drain()
  expect(handled).toEqual([2, 3, 1])
  await webhooks.stop()
})
