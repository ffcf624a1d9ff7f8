import { describe, expect, it } from 'vitest'
import type { Dispatcher } from '../../src/index.js'
import { newDelivery } from '../../src/core/delivery.js'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { sampleEvent } from '../../src/testing/storage/samples.js'
import { gate, setUp, slowToRead } from '../support.js'

describe('no lane sleeps over due work:', () => {
  it.each<[string, (webhooks: Dispatcher, id: string) => Promise<unknown>]>([
    [
      'resend that found its delivery pending',
      async ({ deliveries }) => deliveries.resend((await deliveries.list()).items[0]?.id ?? ''),
    ],
    [
      'recovery that found nothing',
      ({ deliveries }, subscriptionId) => deliveries.recover({ subscriptionId, since: 0 }),
    ],
  ])('a %s is not taken for a wake that another process wrote', async (_what, act) => {
    const answer = gate()
    const { webhooks, clock, storage, subscribe, transport } = setUp({
      respond: async (_request, index) => {
        if (index === 0) await answer.opened
        return 200
      },
    })
    const { id } = await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    await act(webhooks, id)
    await clock.advance(1)
    // Another process fans out, and this one hears nothing of it.
    const event = sampleEvent()
    const now = clock.now()
    await storage.events.append({ callId: 'call', events: [event], visibleAt: now })
    await storage.events.fanOut({ now, eventIds: [event.id], deliveries: [newDelivery(event, id, now)] })
    answer.open()
    await clock.advance(3_000)
    expect(transport.requests).toHaveLength(2)
    await webhooks.stop()
  })

  it('a delivery that was cancelled in flight, and resent before its owner heard that it was', async () => {
    const storage = memoryStorage()
    const [answer, heard] = [gate(), gate()]
    const complete: Storage['lanes']['complete'] = async (input) => {
      const rejected = await storage.lanes.complete(input)
      if (rejected.length > 0) await heard.opened
      return rejected
    }
    const { webhooks, clock, subscribe, transport } = setUp({
      storage: { ...storage, lanes: { ...storage.lanes, complete } },
      respond: async (_request, index) => {
        if (index === 0) await answer.opened
        return 200
      },
    })
    await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    const id = (await webhooks.deliveries.list()).items[0]?.id ?? ''
    await webhooks.deliveries.cancel(id)
    answer.open()
    await clock.advance(1)
    await webhooks.deliveries.resend(id)
    await clock.advance(1)
    heard.open()
    await clock.advance(3_000)
    expect(transport.requests).toHaveLength(2)
    expect(await webhooks.deliveries.get(id)).toMatchObject({ status: 'delivered' })
    await webhooks.stop()
  })

  it('a subscription that is resumed by a call that began before it was paused', async () => {
    const reading = slowToRead()
    const { webhooks, clock, subscribe, transport } = setUp({ storage: reading.storage })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    reading.holdNext()
    const resumed = webhooks.subscriptions.resume(id)
    await clock.advance(1)
    await webhooks.subscriptions.pause(id)
    await webhooks.drain()
    reading.goOn()
    await resumed
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
  })

  it('a request that was given up while its lane was reading on', async () => {
    const storage = memoryStorage()
    const [answer, read] = [gate(), gate()]
    let reading = false
    const upcoming: Storage['lanes']['upcoming'] = async (query) => {
      const found = await storage.lanes.upcoming(query)
      if (reading) await read.opened
      return found
    }
    const { webhooks, clock, subscribe } = setUp({
      storage: { ...storage, lanes: { ...storage.lanes, upcoming } },
      respond: async (_request, index) => {
        if (index > 0) return 200
        await answer.opened
        return { kind: 'aborted' }
      },
    })
    await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    reading = true
    // Whatever wakes it: there is nothing new to be read.
    await webhooks.deliveries.resend((await webhooks.deliveries.list()).items[0]?.id ?? '')
    await clock.advance(1)
    answer.open()
    await clock.advance(1)
    reading = false
    read.open()
    await clock.advance(10_000)
    expect(await webhooks.stats()).toMatchObject({ delivered: 1, pending: 0 })
    await webhooks.stop()
  })
})
