import { expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { setUp } from '../support.js'

it('an event that comes while its lane is being given back is sent at once, not at the next poll', async () => {
  const storage = memoryStorage()
  let meanwhile: (() => Promise<void>) | null = null
  const release: Storage['lanes']['release'] = async (input) => {
    await meanwhile?.()
    return storage.lanes.release(input)
  }
  const { webhooks, transport, observed, subscribe } = setUp({
    storage: { ...storage, lanes: { ...storage.lanes, release } },
  })
  await subscribe()
  await webhooks.start()
  meanwhile = async () => {
    meanwhile = null
    const { id } = await webhooks.dispatch('order.paid', {})
    const fannedOut = () =>
      observed.some((event) => event.name === 'event.fanned_out' && event.eventId === id)
    await expect.poll(fannedOut).toBe(true)
  }
  await webhooks.dispatch('order.created', {})
  // Nobody advances the clock: no poll comes.
  await expect
    .poll(() => transport.requests.map(({ json }) => json.event))
    .toEqual(['order.created', 'order.paid'])
  await webhooks.stop()
})
