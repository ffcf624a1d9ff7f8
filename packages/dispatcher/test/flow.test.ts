import { describe, expect, it } from 'vitest'
import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { createDispatcher, memoryStorage, retryingStorage, type Storage } from '../src/index.js'
import { newDelivery } from '../src/core/delivery.js'
import { fakeClock } from '../src/testing/fake-clock.js'
import { recordingTransport } from '../src/testing/recording-transport.js'
import { sampleEvent } from '../src/testing/storage/samples.js'
import { MINUTE, setUp, laneOf } from './support.js'

const MANY = 40

describe('lanes', () => {
  it('keep one bad endpoint from slowing another: dead ones and a backlog are not noticed', async () => {
    const never = new Promise<never>(() => undefined)
    const { webhooks, clock, subscribe, transport } = setUp({
      rateLimit: false,
      concurrency: 20,
      respond: ({ url }) => (url.includes('dead') ? never : 200),
    })
    // More dead endpoints than there are slots, each with a backlog.
    for (let index = 0; index < MANY; index += 1)
      await subscribe({ url: `https://dead-${index}.example.com/`, events: ['noise'] })
    await subscribe({ url: 'https://healthy.example.com/', events: ['order.created'] })
    const healthy = () => transport.requests.filter(({ url }) => url.includes('healthy')).length
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    for (let index = 0; index < 20; index += 1) await webhooks.dispatch('noise', { index })
    await clock.advance(1)
    expect(transport.requests.length - healthy()).toBe(10)
    for (let index = 0; index < 5; index += 1) await webhooks.dispatch('order.created', { index })
    await clock.advance(1)
    expect(healthy()).toBe(6)
    await webhooks.stop({ graceMs: 0 })
  })

  it('whose endpoints timed out share half of the slots from then on', async () => {
    const { webhooks, clock, subscribe, transport } = setUp({
      rateLimit: false,
      concurrency: 4,
      retry: { delaysMs: [100, 100, 100, 100, 100, 100], jitter: 0 },
      respond: async ({ url }) => {
        if (!url.includes('dead')) return 200
        await clock.sleep(10_000)
        return { kind: 'no_answer', errorClass: 'timeout', error: 'no answer' }
      },
    })
    for (let index = 0; index < 8; index += 1)
      await subscribe({ url: `https://dead-${index}.example.com/`, events: ['noise'] })
    await subscribe({ url: 'https://healthy.example.com/', events: ['order.created'] })
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    await webhooks.dispatch('noise', {})
    // Every dead one has been met once.
    await clock.advance(45_000)
    const before = transport.requests.length
    await webhooks.dispatch('order.created', {})
    await clock.advance(5)
    expect(transport.requests.slice(before).map(({ url }) => new URL(url).hostname)).toEqual([
      'healthy.example.com',
    ])
    await webhooks.stop({ graceMs: 0 })
  })

  it('are set aside when five owners died on them, and tried again after a while', async () => {
    const { webhooks, storage, clock, subscribe, transport, observed } = setUp()
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await clock.advance(1)
    for (let owner = 0; owner < 5; owner += 1) {
      await storage.lanes.wake({ subscriptionIds: [id], now: clock.now() })
      await storage.lanes.acquire({
        token: `dies-${owner}`,
        now: clock.now(),
        leaseMs: 1,
        limit: 1,
      })
      await clock.advance(2)
    }
    await webhooks.drain()
    expect(transport.requests).toEqual([])
    expect(observed).toContainEqual(
      expect.objectContaining({ name: 'lane.held', reason: 'quarantine', subscriptionId: id }),
    )
    await clock.advance(MINUTE)
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    expect(await laneOf(storage, id)).toMatchObject({ crashCount: 0, quarantinedAt: 0 })
  })

  it('taken over in the middle of a request: the late outcome changes nothing and is reported', async () => {
    let release = (): void => undefined
    const { webhooks, storage, clock, subscribe, observed } = setUp({
      respond: async () => {
        await new Promise<void>((resolve) => (release = resolve))
        return 200
      },
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    const draining = webhooks.drain()
    await expect.poll(() => webhooks.stats()).toMatchObject({ inFlight: 1 })
    const now = clock.now() + 20_000
    const { lanes } = await storage.lanes.acquire({ token: 'thief', now, leaseMs: 15_000, limit: 1 })
    const [stolen] = lanes
    expect(stolen?.subscriptionId).toBe(id)
    release()
    await draining
    expect(observed).toContainEqual(
      expect.objectContaining({ name: 'attempt.discarded', subscriptionId: id }),
    )
    expect((await webhooks.deliveries.list()).items[0]).toMatchObject({ status: 'pending', attemptCount: 0 })
    expect(await laneOf(storage, id)).toMatchObject({ token: 'thief' })
  })
})

describe('a lane that was lost', () => {
  it('sends nothing on a permit that could not be stored', async () => {
    const storage = memoryStorage()
    const robbed: Storage = { ...storage, lanes: { ...storage.lanes, extend: async () => [] } }
    const { webhooks, subscribe, transport, observed } = setUp({ storage: robbed })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain({ maxMs: 0 })
    await webhooks.drain()
    expect(transport.requests).toEqual([])
    expect(observed).toContainEqual({ name: 'lease.lost', subscriptionId: id, inFlight: 0 })
  })
})

describe('what a crash left', () => {
  it('is swept: an event that was appended and never fanned out, or half', async () => {
    const { webhooks, storage, clock, subscribe, transport } = setUp()
    const { id } = await subscribe()
    const [lost, half] = [sampleEvent(), sampleEvent()]
    await storage.events.append({ callId: 'call', events: [lost, half], visibleAt: clock.now() })
    await storage.events.fanOut({
      now: clock.now(),
      eventIds: [],
      deliveries: [newDelivery(half, id, clock.now())],
    })
    await webhooks.start()
    await clock.advance(2_000)
    expect(transport.requests.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
      [lost.id, half.id].sort(),
    )
    await webhooks.stop()
  })
})

describe('stop', () => {
  it('lets requests in flight end within the grace, and gives the rest back without an attempt', async () => {
    const { webhooks, storage, clock, subscribe } = setUp({
      respond: async (_request, index) => {
        await clock.sleep(index === 0 ? 500 : 60_000)
        return index === 0 ? 200 : { kind: 'aborted' }
      },
    })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.dispatch('order.created', {})
    await webhooks.start()
    await clock.advance(10)
    const stopped = webhooks.stop({ graceMs: 1_000 })
    await clock.advance(100_000)
    await stopped
    const counts = await storage.maintenance.counts({ now: clock.now() })
    expect(counts).toMatchObject({ delivered: 1, pending: 1, failed: 0 })
    expect(await laneOf(storage, id)).toMatchObject({ token: null })
  })
})

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

describe('retryingStorage', () => {
  const flaky = (failures: number, error: Error = new StorageUnavailableError('away')) => {
    const storage = memoryStorage()
    let calls = 0
    const get = async (ids: readonly string[]) => {
      calls += 1
      if (calls <= failures) throw error
      return storage.events.get(ids)
    }
    const told: string[] = []
    const retrying = retryingStorage(
      { ...storage, events: { ...storage.events, get, append: async () => Promise.reject(error) } },
      {
        baseMs: 1,
        maxMs: 2,
        retries: 4,
        onUnavailable: (operation) => told.push(`away ${operation}`),
        onRecovered: (operation) => told.push(`back ${operation}`),
      },
    )
    return { retrying, told, calls: () => calls }
  }

  it('repeats what the store could not do just now, and tells once each way', async () => {
    const { retrying, told, calls } = flaky(3)
    expect(await retrying.events.get([])).toEqual([])
    expect(calls()).toBe(4)
    expect(told).toEqual(['away events.get', 'back events.get'])
  })

  it('gives up in the end, repeats nothing else, and never an append in a caller’s session', async () => {
    const down = flaky(99)
    await expect(down.retrying.events.get([])).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(down.calls()).toBe(5)
    const broken = flaky(99, new TypeError('a bug'))
    await expect(broken.retrying.events.get([])).rejects.toThrow('a bug')
    expect(broken.calls()).toBe(1)
    const session = flaky(99)
    await expect(
      session.retrying.events.append({ callId: 'call', events: [], visibleAt: 0, session: {} }),
    ).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(session.told).toEqual([])
  })
})

describe('retries among arrivals', () => {
  it('are never forgotten: what fails while more comes in is due when it should be', async () => {
    const seen = new Set<string>()
    const { webhooks, clock, subscribe } = setUp({
      rateLimit: false,
      retry: { delaysMs: [1_000], jitter: 0 },
      respond: async ({ json }) => {
        await clock.sleep(3)
        const first = !seen.has(json.id)
        seen.add(json.id)
        return first ? 503 : 200
      },
    })
    await subscribe()
    await webhooks.start()
    for (let wave = 0; wave < 150; wave += 1) {
      await Promise.all([webhooks.dispatch('order.created', {}), webhooks.dispatch('order.created', {})])
      await clock.advance(wave % 5)
    }
    // Well before the repair of sleeping lanes, which would hide a retry that was forgotten.
    await clock.advance(20_000)
    expect(await webhooks.stats()).toMatchObject({ pending: 0, delivered: 300 })
    await webhooks.stop()
  })
})
