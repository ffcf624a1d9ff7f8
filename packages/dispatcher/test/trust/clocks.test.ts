import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Lane } from '../../src/core/lane.js'
import { LaneLease } from '../../src/flow/lane-lease.js'
import type { Clock } from '../../src/ports/clock.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { MINUTE, setUp } from '../support.js'

const HOUR = 60 * MINUTE

/** The clock of a host that somebody sets: the monotonic one runs on. */
const settable = () => {
  const base = fakeClock()
  let stepMs = 0
  const clock: Clock & Pick<typeof base, 'advance'> = { ...base, now: () => base.now() + stepMs }
  return { clock, step: (ms: number) => void (stepMs += ms) }
}

describe('a clock that is set', () => {
  it.each([-HOUR, HOUR])('by %i ms: a retry meant for five seconds comes then', async (ms) => {
    const { clock, step } = settable()
    const { webhooks, subscribe, transport } = setUp({
      clock,
      retry: { delaysMs: [5_000], jitter: 0 },
      respond: (_request, index) => (index === 0 ? 503 : 200),
    })
    await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(100)
    expect(transport.requests).toHaveLength(1)
    step(ms)
    await clock.advance(8_000)
    expect(transport.requests).toHaveLength(2)
    await webhooks.stop()
  })

  it.each([-HOUR, HOUR])('by %i ms: a Retry-After of a minute ends after a minute or so', async (ms) => {
    const { clock, step } = settable()
    let answered = 0
    const { webhooks, subscribe, transport } = setUp({
      clock,
      respond: () =>
        ++answered === 1
          ? { kind: 'response', statusCode: 429, retryAfter: '60', body: '', truncated: false }
          : 200,
    })
    await subscribe()
    await webhooks.start()
    await webhooks.dispatch('order.created', {})
    await clock.advance(100)
    step(ms)
    await webhooks.dispatch('order.paid', {})
    await clock.advance(2.2 * MINUTE)
    expect(transport.requests.length).toBeGreaterThanOrEqual(3)
    await webhooks.stop()
  })

  it.each([-HOUR, HOUR])('by %i ms never lets a window be overrun', async (ms) => {
    const { clock, step } = settable()
    const at: number[] = []
    const { webhooks, subscribe } = setUp({
      clock,
      rateLimit: { limit: 3, windowMs: MINUTE },
      respond: () => {
        at.push(clock.monotonic())
        return 200
      },
    })
    await subscribe()
    await webhooks.start()
    for (let index = 0; index < 20; index += 1) await webhooks.dispatch('order.created', { index })
    await clock.advance(10)
    step(ms)
    await clock.advance(3 * MINUTE)
    for (const [index, start] of at.entries())
      expect(at.slice(index).filter((time) => time < start + MINUTE).length).toBeLessThanOrEqual(3)
    expect(at.length).toBeGreaterThanOrEqual(6)
    await webhooks.stop()
  })
})

it('a clock that is set back and forward again, while others serve a lane, lets no window be overrun', async () => {
  const { clock, step } = settable()
  const storage = memoryStorage()
  const at: number[] = []
  const options = {
    clock,
    storage,
    rateLimit: { limit: 1, windowMs: MINUTE },
    respond: () => {
      at.push(clock.monotonic())
      return 200
    },
  }
  const [one, other] = [setUp(options), setUp(options)]
  await one.subscribe()
  await one.webhooks.start()
  step(-HOUR)
  await clock.advance(2_000)
  // The other one has the lane while the clock is behind.
  await other.webhooks.dispatch('order.created', {})
  await other.webhooks.drain()
  expect(at).toHaveLength(1)
  step(HOUR)
  await one.webhooks.dispatch('order.created', {})
  await clock.advance(MINUTE - 10)
  expect(at).toHaveLength(1)
  await clock.advance(MINUTE)
  expect(at).toHaveLength(2)
  await one.webhooks.stop()
  await other.webhooks.stop()
})

it('a clock that is set forward under a lane: nothing more is sent under it until its lease is stored anew', async () => {
  const { clock, step } = settable()
  const storage = memoryStorage()
  await storage.lanes.wake({ subscriptionIds: ['one'], now: clock.now() })
  const [lane] = (await storage.lanes.acquire({ token: 't', now: clock.now(), leaseMs: 15_000, limit: 1 }))
    .lanes
  const lease = new LaneLease(clock, lane as Lane, clock.monotonic() + 15_000)
  expect(lease.maySend).toBe(true)
  step(HOUR)
  expect([lease.owns, lease.maySend]).toEqual([false, false])
  lease.renew(clock.monotonic() + 15_000)
  expect(lease.maySend).toBe(true)
  step(-HOUR)
  expect(lease.maySend).toBe(true)
  await clock.advance(13_001)
  expect(lease.owns).toBe(false)
})

it('a process whose clock was an hour ahead, and that died holding a lane, holds it no longer than its lease', async () => {
  const storage = memoryStorage()
  const now = fakeClock()
  let died = false
  const never = () => new Promise<never>(() => undefined)
  const { acquire, extend, release } = storage.lanes
  const lanes: Storage['lanes'] = {
    ...storage.lanes,
    acquire: (input) => (died ? never() : acquire(input)),
    extend: (input) => (died ? never() : extend(input)),
    release: (input) => (died ? never() : release(input)),
  }
  const dead = setUp({
    storage: { ...storage, lanes },
    clock: { ...now, now: () => now.now() + HOUR },
    transport: { send: never, close: async () => undefined },
  })
  await dead.subscribe()
  await dead.webhooks.start()
  await dead.webhooks.dispatch('order.created', {})
  await now.advance(10)
  died = true
  const heir = setUp({ storage, clock: now })
  await heir.webhooks.start()
  await now.advance(2 * MINUTE)
  expect(heir.transport.requests).toHaveLength(1)
  expect(heir.observed.some(({ name }) => name === 'lanes.repaired')).toBe(true)
  await heir.webhooks.stop()
})
