import { describe, expect, it } from 'vitest'
import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { createDispatcher } from '../../src/index.js'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { MINUTE, setUp } from '../support.js'

const HOUR = 60 * MINUTE
const MANY = 1_100

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index)

describe('a time that is sent again', () => {
  it('with `missing`, reaches who was off, or not there, when it happened, in order and within the limit', async () => {
    const { webhooks, clock, subscribe, transport, sentAt } = setUp()
    const off = await subscribe({ rateLimit: { limit: 2, windowMs: MINUTE }, isActive: false })
    const there = await subscribe({ url: 'https://there.example.com/' })
    const since = clock.now()
    for (const n of numbers(5)) await webhooks.dispatch('order.created', { n })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(5)
    await webhooks.subscriptions.resume(off.id)
    const late = await subscribe({ url: 'https://late.example.com/', events: ['order.created'] })
    const dry = await webhooks.deliveries.replay({ since, which: 'missing', dryRun: true })
    expect(dry).toEqual({ id: null, count: 10, atLeast: false })
    await webhooks.start()
    const begun = await webhooks.deliveries.replay({ since, which: 'missing', actor: 'ada' })
    expect(begun).toMatchObject({ count: 10, id: expect.stringMatching(/^rpl_/) })
    await clock.advance(5 * MINUTE)
    expect(await webhooks.replays.get(begun.id ?? '')).toMatchObject({
      state: 'done',
      total: 10,
      done: 10,
      sent: 10,
    })
    const to = (host: string) => transport.requests.filter(({ url }) => url.includes(host))
    expect(to('there.')).toHaveLength(5)
    expect(to('late.').map(({ json }) => json.data)).toEqual(numbers(5).map((n) => ({ n })))
    expect(to('workflow.').map(({ json }) => json.data)).toEqual(numbers(5).map((n) => ({ n })))
    const paced = sentAt.filter((_, index) => transport.requests[index]?.url.includes('workflow.'))
    for (const [index, at] of paced.entries())
      expect(at - (paced[index - 2] ?? -Infinity)).toBeGreaterThanOrEqual(MINUTE)
    expect(late.id).not.toBe(there.id)
    const again = await webhooks.deliveries.replay({ since, which: 'missing', dryRun: true })
    expect(again.count).toBe(0)
    await webhooks.stop()
  })

  it('with `failed`, is what is still failed; with `all`, everything that matches', async () => {
    let status = 404
    const { webhooks, clock, subscribe, transport } = setUp({ respond: () => status })
    const [one, two] = [await subscribe(), await subscribe({ events: ['order.*'] })]
    await webhooks.dispatch('order.created', {}, 'site-a')
    await webhooks.dispatch('customer.created', {}, 'site-b')
    await webhooks.drain()
    status = 200
    await webhooks.dispatch('order.paid', {}, 'site-a')
    await webhooks.drain()
    await webhooks.subscriptions.test(one.id)
    await clock.advance(1_000)
    expect(transport.requests).toHaveLength(6)
    const count = async (filter: object) =>
      (await webhooks.deliveries.replay({ since: 0, which: 'failed', ...filter, dryRun: true })).count
    expect(await count({})).toBe(3)
    expect(await count({ subscriptionId: two.id })).toBe(1)
    expect(await count({ type: 'customer.created' })).toBe(1)
    expect(await count({ siteId: 'site-a' })).toBe(2)
    expect(await count({ until: 1 })).toBe(0)
    expect(await count({ which: 'all' })).toBe(5)
    expect(await count({ which: 'all', subscriptionId: two.id })).toBe(2)
    expect(await count({ which: 'missing' })).toBe(0)
    const sent = async (which: 'failed' | 'all') => {
      const before = transport.requests.length
      await webhooks.deliveries.replay({ since: 0, which })
      await webhooks.drain()
      await clock.advance(1_000)
      return transport.requests.length - before
    }
    expect([await sent('failed'), await sent('failed'), await sent('all')]).toEqual([3, 0, 5])
    await webhooks.subscriptions.pause(two.id, { keep: false })
    expect(await count({ which: 'all' })).toBe(3)
  })

  it('leaves a paused subscription paused: what is sent again waits with the rest', async () => {
    const { webhooks, clock, subscribe, transport } = setUp({ respond: () => 404 })
    const { id } = await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await webhooks.subscriptions.pause(id)
    await clock.advance(1_000)
    await webhooks.deliveries.replay({ since: 0, which: 'failed' })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(1)
    expect(await webhooks.stats()).toMatchObject({ pending: 1, failed: 0 })
  })

  it('does not count what is not kept any more, nor what may have been deleted', async () => {
    const { webhooks, clock, subscribe } = setUp({ retentionMs: HOUR })
    await webhooks.dispatch('order.created', {})
    await clock.advance(HOUR - 1)
    await webhooks.dispatch('order.created', {})
    await subscribe()
    const count = async () =>
      (await webhooks.deliveries.replay({ since: 0, which: 'missing', dryRun: true })).count
    expect(await count()).toBe(2)
    await clock.advance(2)
    expect(await count()).toBe(1)
  })

  it('says that there may be more when it has not looked at everything', async () => {
    const storage = memoryStorage()
    let page = 0
    const [event] = [{ type: 'order.created', siteId: null, body: '{}', occurredAt: 1, target: null }]
    const list: Storage['events']['list'] = async ({ limit }) => {
      page += 1
      return numbers(limit, page * limit).map((n) => ({ ...event, id: `evt_${n}`, acceptedAt: 2e15 - n }))
    }
    const { webhooks, subscribe } = setUp({ storage: { ...storage, events: { ...storage.events, list } } })
    await subscribe()
    const { count, atLeast } = await webhooks.deliveries.replay({ since: 0, which: 'all', dryRun: true })
    expect([count, atLeast]).toEqual([10_000, true])
  })

  it('is refused for a subscription that is off or gone, and without a time', async () => {
    const { webhooks, subscribe } = setUp()
    const { id } = await subscribe({ isActive: false })
    const replay = (input: object) =>
      webhooks.deliveries.replay({ since: 0, which: 'all', ...input } as never)
    await expect(replay({ subscriptionId: id })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(replay({ subscriptionId: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(replay({ since: undefined })).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
    await expect(replay({ which: 'some' })).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
    await expect(replay({ status: 'failed' })).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
    await expect(webhooks.replays.get('rpl_nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await webhooks.replays.list()).items).toEqual([])
  })
})

describe('a replay', () => {
  /** Many events that have failed, and a process whose slices are counted. */
  const failed = async (over: (storage: Storage) => Partial<Storage['replays']> = () => ({})) => {
    const storage = memoryStorage()
    let status = 404
    const world = setUp({
      storage: { ...storage, replays: { ...storage.replays, ...over(storage) } },
      rateLimit: false,
      respond: () => status,
    })
    const { id } = await world.subscribe()
    for (const n of numbers(MANY)) await world.webhooks.dispatch('order.created', { n })
    await world.webhooks.drain()
    await world.clock.advance(1_000)
    status = 200
    const received = () =>
      world.transport.requests.slice(MANY).map(({ json }) => (json.data as { n: number }).n)
    return { ...world, storage, id, received }
  }

  it('is listed with how far it has come, and can be cancelled once', async () => {
    const { webhooks, clock, received } = await failed()
    const { id, count } = await webhooks.deliveries.replay({ since: 0, which: 'failed' })
    expect(count).toBe(MANY)
    expect((await webhooks.replays.list()).items).toMatchObject([
      { id, state: 'running', which: 'failed', total: MANY, done: 0, sent: 0, finishedAt: null },
    ])
    const finishedAt = new Date(clock.now())
    expect(await webhooks.replays.cancel(id ?? '')).toMatchObject({ state: 'cancelled', finishedAt })
    await expect(webhooks.replays.cancel(id ?? '')).rejects.toMatchObject({ code: 'CONFLICT' })
    await webhooks.drain()
    expect(received()).toEqual([])
  })

  it('that is cancelled in the middle sends what it had made due, and nothing more', async () => {
    let slices = 0
    let cancel = async (): Promise<unknown> => undefined
    const { webhooks, received, observed } = await failed((storage) => ({
      put: async (input) => {
        if (input.replay.done > 0 && (slices += 1) === 1) await cancel()
        return storage.replays.put(input)
      },
    }))
    const { id } = await webhooks.deliveries.replay({ since: 0, which: 'failed' })
    cancel = () => webhooks.replays.cancel(id ?? '')
    await webhooks.drain()
    expect(received()).toHaveLength(500)
    expect(await webhooks.replays.get(id ?? '')).toMatchObject({ state: 'cancelled' })
    expect(observed).toContainEqual({
      name: 'replay.changed',
      replayId: id,
      change: 'cancelled',
      sent: 0,
      actor: null,
    })
  })

  it('goes on in another process when its own dies in the middle, and sends nothing twice', async () => {
    let slices = 0
    const { webhooks, clock, storage, transport, received } = await failed((kept) => ({
      // What it has made due is there; that it has, it could not say any more.
      put: async (input) => {
        if (input.replay.done > 0 && (slices += 1) >= 2) throw new StorageUnavailableError('killed')
        return kept.replays.put(input)
      },
    }))
    await webhooks.start()
    const { id } = await webhooks.deliveries.replay({ since: 0, which: 'failed' })
    await clock.advance(1_000)
    expect(received()).toHaveLength(1_000)
    const other = createDispatcher({
      storage,
      clock,
      transport,
      rateLimit: false,
      network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
    await other.start()
    await clock.advance(20_000)
    expect(received()).toHaveLength(1_000)
    await clock.advance(30_000)
    expect([...received()].sort((a, b) => a - b)).toEqual(numbers(MANY))
    expect(await other.replays.get(id ?? '')).toMatchObject({ state: 'done', total: MANY })
    const stopped = Promise.all([webhooks.stop(), other.stop()])
    await clock.advance(60_000)
    await stopped
  })

  it('is what `recover` does, and what that has left is done by a worker', async () => {
    let slices = 0
    let isBroken = true
    const { webhooks, clock, id, received } = await failed((kept) => ({
      put: async (input) => {
        if (isBroken && input.replay.done > 0 && (slices += 1) >= 2) throw new StorageUnavailableError('away')
        return kept.replays.put(input)
      },
    }))
    const recovering = webhooks.deliveries.recover({ subscriptionId: id, since: 0 })
    await expect(recovering).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    isBroken = false
    expect(await webhooks.replays.list()).toMatchObject({ items: [{ state: 'running', which: 'failed' }] })
    await clock.advance(61_000)
    await webhooks.drain()
    expect([...received()].sort((a, b) => a - b)).toEqual(numbers(MANY))
    expect(await webhooks.deliveries.recover({ subscriptionId: id, since: 0 })).toEqual({ count: 0 })
  })
})
