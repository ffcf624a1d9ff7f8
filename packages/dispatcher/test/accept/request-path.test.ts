import { describe, expect, it } from 'vitest'
import { createDispatcher, memoryStorage, type Storage } from '../../src/index.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { recordingTransport } from '../../src/testing/recording-transport.js'

describe('the request path', () => {
  it('pays one append, however many subscribers there are and however slow they are', async () => {
    const calls: string[] = []
    const storage = memoryStorage()
    const watched: Storage = {
      ...storage,
      events: {
        ...storage.events,
        append: async (input) => (calls.push('append'), storage.events.append(input)),
      },
    }
    const webhooks = createDispatcher({
      storage: watched,
      transport: recordingTransport(() => new Promise<never>(() => undefined)),
      clock: fakeClock(),
    })
    for (let index = 0; index < 50; index += 1) {
      const url = `https://93.184.215.${index + 1}/`
      await webhooks.subscriptions.create({ appName: `app-${index}`, url, events: ['*'] })
    }
    await webhooks.dispatch('order.created', {})
    expect(calls).toEqual(['append'])
    await webhooks.stop({ graceMs: 0 })
  })
})
