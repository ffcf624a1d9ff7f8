import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { gate, setUp, laneOf } from '../support.js'

/** A memory storage that says what is asked of it once it is closed, and whose calls can be held up. */
const closable = () => {
  const storage = memoryStorage()
  const afterClose: string[] = []
  const waits = new Map<string, Promise<void>>()
  const state = { closed: false, watching: 0 }
  const group = <G extends object>(name: string, methods: G): G =>
    Object.fromEntries(
      Object.entries(methods).map(([verb, method]) => [
        verb,
        async (...args: never[]) => {
          if (state.closed) afterClose.push(`${name}.${verb}`)
          const answer: unknown = await (method as (...args: never[]) => Promise<unknown>)(...args)
          await waits.get(`${name}.${verb}`)
          return answer
        },
      ]),
    ) as G
  const watched: Storage = {
    ...storage,
    open: async () => waits.get('open'),
    close: async () => void (state.closed = true),
    watch: async () => {
      await waits.get('watch')
      state.watching += 1
      return async () => void (state.watching -= 1)
    },
    subscriptions: group('subscriptions', storage.subscriptions),
    events: group('events', storage.events),
    lanes: group('lanes', storage.lanes),
    deliveries: group('deliveries', storage.deliveries),
    maintenance: group('maintenance', storage.maintenance),
  }
  const hold = (call: string) => {
    const held = gate()
    waits.set(call, held.opened)
    return () => (waits.delete(call), held.open())
  }
  return { storage: watched, hold, afterClose, state }
}

describe('stop', () => {
  it('before the store is open starts nothing', async () => {
    const { storage, hold, afterClose, state } = closable()
    const go = hold('open')
    const { webhooks, clock } = setUp({ storage })
    const started = webhooks.start().catch((error: unknown) => error)
    await clock.advance(1)
    const stopped = webhooks.stop()
    await clock.advance(1)
    go()
    expect(await started).toMatchObject({ code: 'STOPPED' })
    await stopped
    await clock.advance(10_000)
    expect(afterClose).toEqual([])
    expect(state).toEqual({ closed: true, watching: 0 })
  })

  it('while the store is about to be watched leaves no watch behind', async () => {
    const { storage, hold, state } = closable()
    const go = hold('watch')
    const { webhooks, clock } = setUp({ storage })
    const started = webhooks.start()
    await clock.advance(1)
    const stopped = webhooks.stop()
    await clock.advance(1)
    go()
    await started
    await stopped
    expect(state).toEqual({ closed: true, watching: 0 })
  })

  it('in the same turn as a dispatch lets that be stored first', async () => {
    const { storage, afterClose } = closable()
    const { webhooks, subscribe } = setUp({ storage })
    await subscribe()
    const dispatched = webhooks.dispatch('order.created', {})
    await webhooks.stop()
    expect(await dispatched).toMatchObject({ accepted: true })
    expect(afterClose).toEqual([])
    expect(await storage.maintenance.counts({ now: 0 })).toMatchObject({ pending: 1, pendingEvents: 0 })
  })

  it.each(['drain', 'test'] as const)('while %s is taking lanes sends nothing after it', async (call) => {
    const { storage, hold, afterClose } = closable()
    const { webhooks, clock, transport, subscribe } = setUp({ storage })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    const go = hold('lanes.acquire')
    const called =
      call === 'drain'
        ? webhooks.drain()
        : webhooks.subscriptions.test(id).then(
            (answer) => answer,
            () => null,
          )
    await clock.advance(1)
    const stopped = webhooks.stop()
    await clock.advance(1)
    go()
    await clock.advance(20_000)
    await stopped
    await called
    expect(transport.requests).toEqual([])
    expect(afterClose).toEqual([])
    expect(await laneOf(storage, id)).toMatchObject({ token: null })
  })

  it('ends a test that waits for its turn', async () => {
    const { storage, afterClose } = closable()
    const { webhooks, clock, subscribe } = setUp({ storage })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    // Another process has the lane.
    const now = clock.now()
    await storage.lanes.acquire({ token: 'other', now, leaseMs: 60_000, limit: 1 })
    const tested = webhooks.subscriptions.test(id)
    await clock.advance(100)
    const stopped = webhooks.stop()
    await clock.advance(100)
    await stopped
    expect(await tested).toMatchObject({ delivered: false, error: expect.stringMatching(/stopp/) })
    expect(afterClose).toEqual([])
  })
})
