import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { insertSample, seed, T0, take } from '@swigs/webhooks-dispatcher/contracts'
import { fakeClock, recordingTransport } from '@swigs/webhooks-dispatcher/testing'
import type { MalformedRow } from '@swigs/webhooks-dispatcher/storage-kit'
import { describe, expect, it } from 'vitest'
import { toyStorage } from '../src/toy-storage.js'

describe('toyStorage', () => {
  it('carries an event from the process that accepts it to the one that delivers it, and retries it when that is due', async () => {
    const data = new Map<string, string>()
    const clock = fakeClock()
    const transport = recordingTransport((_request, index) => (index === 0 ? 503 : 200))
    const dispatcher = () =>
      createDispatcher({
        storage: toyStorage(data),
        transport,
        clock,
        retry: { delaysMs: [60_000], jitter: 0 },
        network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
      })
    const [accepts, delivers] = [dispatcher(), dispatcher()]
    await accepts.subscriptions.create({
      appName: 'app',
      url: 'https://app.example.com/hooks',
      events: ['order.*'],
      appSecret: 'a-secret-that-both-sides-know-0123456789',
    })
    const { id } = await accepts.dispatch('order.created', { orderId: 'o-1' })

    await delivers.drain()
    expect(transport.requests).toHaveLength(1)
    await clock.advance(59_999)
    await delivers.drain()
    expect(transport.requests).toHaveLength(1)
    await clock.advance(1)
    await delivers.drain()

    expect(transport.requests.map(({ json }) => [json.id, json.data])).toEqual([
      [id, { orderId: 'o-1' }],
      [id, { orderId: 'o-1' }],
    ])
    expect(await accepts.stats()).toMatchObject({ delivered: 1, pending: 0, failed: 0 })
    await Promise.all([accepts.stop(), delivers.stop()])
  })

  it('reports a row that cannot be read, by its noun and id and without its content, and answers the others', async () => {
    const data = new Map<string, string>()
    const reported: MalformedRow[] = []
    const storage = toyStorage(data)
    await storage.open({ report: { malformed: (row) => void reported.push(row) } })
    const { subscription, ids } = await seed(storage, 2)
    const sound = await insertSample(storage)
    data.set(`subscription:${subscription.id}`, '{"secrets":["hush')
    data.set(`delivery:${ids[0]}`, 'hush')

    expect(await storage.subscriptions.get([subscription.id, sound.id])).toEqual([sound])
    await take(storage, subscription.id)
    const upcoming = await storage.lanes.upcoming({ subscriptionId: subscription.id, limit: 9 })
    expect(upcoming.map(({ id }) => id)).toEqual([ids[1]])
    expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({ pending: 1 })
    expect(reported).toContainEqual({ noun: 'subscription', id: subscription.id, problem: 'is not JSON' })
    expect(reported).toContainEqual({ noun: 'delivery', id: ids[0], problem: 'is not JSON' })
    expect(JSON.stringify(reported)).not.toContain('hush')
  })
})
