import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import type { Transport } from '../../src/ports/transport.js'
import { MINUTE, SECRET, setUp } from '../support.js'

const never = () => new Promise<never>(() => undefined)

describe('a delivery whose sending fails on our side', () => {
  it('holds up none of those behind it, is retried by schedule, and given up on the record', async () => {
    const { webhooks, clock, subscribe, transport } = setUp({
      respond: ({ json }) => {
        if ((json.data as { index: number }).index === 0) throw new Error(`${SECRET} in the payload`)
        return 200
      },
    })
    await subscribe()
    await webhooks.start()
    for (let index = 0; index < 20; index += 1) await webhooks.dispatch('order.created', { index })
    await clock.advance(100)
    expect(await webhooks.stats()).toMatchObject({ delivered: 19, pending: 1 })
    await clock.advance(30 * MINUTE)
    const { items } = await webhooks.deliveries.list({ status: 'failed' })
    expect(items).toMatchObject([{ reason: 'poison', attemptCount: 4 }])
    expect(items[0]?.attempts[0]).toMatchObject({ errorClass: 'internal', statusCode: null })
    expect(JSON.stringify(items)).not.toContain(SECRET)
    expect(transport.requests).toHaveLength(23)
    await webhooks.stop()
  })

  it.each([
    ['answers what is no reply', async () => ({ status: 200 })],
    ['answers nothing', async () => undefined],
    [
      'throws at once',
      () => {
        throw new TypeError('no')
      },
    ],
    ['throws nothing at all', async () => Promise.reject(undefined)],
  ])('as its transport %s, is an attempt on record', async (_what, send) => {
    const transport = { send, close: async () => undefined } as unknown as Transport
    const { webhooks, subscribe } = setUp({ transport })
    await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    const { items } = await webhooks.deliveries.list()
    expect(items).toMatchObject([
      { status: 'pending', attemptCount: 1, attempts: [{ errorClass: 'internal' }] },
    ])
    await webhooks.stop()
  })
})

describe('a transport that never settles', () => {
  const stuck = (closes = async () => undefined as void): Transport => ({ send: never, close: closes })

  it('keeps no slot for ever', async () => {
    const { webhooks, clock, subscribe } = setUp({ transport: stuck(), concurrency: 1, timeoutMs: 1_000 })
    await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(2_000)
    expect(await webhooks.stats()).toMatchObject({ inFlight: 1 })
    await clock.advance(6_000)
    expect(await webhooks.stats()).toMatchObject({ inFlight: 0, pending: 1 })
    const stopping = webhooks.stop({ graceMs: 0 })
    await clock.advance(10_000)
    await stopping
  })

  it('does not keep stop from its word, nor does one that never closes', async () => {
    const { webhooks, clock, subscribe } = setUp({ transport: stuck(never) })
    await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(10)
    let stopped = false
    const stopping = webhooks.stop({ graceMs: 500 }).then(() => (stopped = true))
    await clock.advance(7_000)
    expect(stopped).toBe(true)
    await stopping
    expect(clock.sleeping).toBe(0)
  })
})

describe('a storage call that never settles', () => {
  it.each(['acquire', 'complete', 'extend', 'release', 'upcoming'] as const)(
    'lanes.%s, does not keep stop from its word',
    async (verb) => {
      const storage = memoryStorage()
      const stuck = { ...storage, lanes: { ...storage.lanes, [verb]: never } } as Storage
      const { webhooks, clock, subscribe } = setUp({ storage: stuck })
      await subscribe()
      await webhooks.start()
      await webhooks.dispatch('order.created', {})
      await clock.advance(10)
      let stopped = false
      const stopping = webhooks.stop({ graceMs: 500 }).then(() => (stopped = true))
      await clock.advance(7_000)
      expect(stopped).toBe(true)
      await stopping
    },
  )

  it('open and close, neither', async () => {
    const { webhooks, clock } = setUp({ storage: { ...memoryStorage(), open: never, close: never } })
    const refused = expect(webhooks.start()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    const stopping = webhooks.stop({ graceMs: 0 })
    await clock.advance(10_000)
    await stopping
    await refused
  })
})

describe('a logger and an observer that reject later', () => {
  it.each([
    ['promises', () => Promise.reject(new Error('later'))],
    [
      'thenables',
      () => ({ then: (_done: unknown, failed: (error: Error) => void) => failed(new Error('x')) }),
    ],
  ])('leave nothing unhandled: %s', async (_kind, later) => {
    const rejected: unknown[] = []
    const listen = (reason: unknown) => rejected.push(reason)
    process.on('unhandledRejection', listen)
    const logger = { info: later, warn: later, error: later } as never
    const { webhooks, clock, subscribe } = setUp({ logger, observer: later as never, respond: () => 404 })
    await subscribe()
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await clock.advance(1)
    await webhooks.stop()
    process.off('unhandledRejection', listen)
    expect(rejected).toEqual([])
  })
})
