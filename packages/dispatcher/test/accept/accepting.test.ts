import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { setUp } from '../support.js'

/** A store that is away for its first appends. */
const away = (failures: number, beforeEach: () => Promise<void> = async () => undefined) => {
  const storage = memoryStorage()
  let appends = 0
  const append: Storage['events']['append'] = async (input) => {
    appends += 1
    await beforeEach()
    if (appends <= failures) throw new StorageUnavailableError('away')
    return storage.events.append({ callId: 'call', events: input.events, visibleAt: input.visibleAt })
  }
  return { storage: { ...storage, events: { ...storage.events, append } }, appends: () => appends }
}

describe('accepting while the store is away', () => {
  it('is tried again for a moment: a connection that breaks is no reason to lose an order’s event', async () => {
    const { storage, appends } = away(2)
    const { webhooks } = setUp({ storage })
    await expect(webhooks.dispatch('order.created', {})).resolves.toMatchObject({
      accepted: true,
      duplicate: false,
    })
    expect(appends()).toBe(3)
    expect((await webhooks.events.list()).items).toHaveLength(1)
    await webhooks.stop()
  })

  it('fails when that moment has passed, and nothing is accepted', async () => {
    const { storage, appends } = away(Infinity)
    const { webhooks } = setUp({ storage })
    await expect(webhooks.dispatch('order.created', {})).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    })
    expect(appends()).toBe(5)
    expect((await webhooks.events.list()).items).toEqual([])
    await webhooks.stop()
  })

  it('is not tried again in the caller’s session: that transaction is the caller’s to repeat', async () => {
    const { storage, appends } = away(1)
    const { webhooks } = setUp({ storage })
    await expect(webhooks.dispatch('order.created', {}, { session: {} })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    })
    expect(appends()).toBe(1)
    await webhooks.stop()
  })

  it('is not tried again when the first try took long already: somebody waits', async () => {
    const { storage, appends } = away(1, () => new Promise((resolve) => setTimeout(resolve, 1_050)))
    const { webhooks } = setUp({ storage })
    await expect(webhooks.dispatch('order.created', {})).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    })
    expect(appends()).toBe(1)
    await webhooks.stop()
  })
})

describe('an event that a session holds', () => {
  it('is there for whoever is told of the commit, by a clock that is a second behind too', async () => {
    const storage = memoryStorage()
    const sweeps: number[] = []
    const append: Storage['events']['append'] = async ({ events, visibleAt, session }) => {
      if (session !== undefined) sweeps.push(visibleAt)
      return storage.events.append({ callId: 'call', events, visibleAt })
    }
    const { webhooks, clock } = setUp({ storage: { ...storage, events: { ...storage.events, append } } })
    await webhooks.dispatch('order.created', {}, { session: {} })
    expect(sweeps).toEqual([clock.now() - 1_000])
    await webhooks.stop()
  })
})
