import { describe, expect, it } from 'vitest'
import { LaneLimiter } from '../../src/flow/lane-limiter.js'
import { fakeClock } from '../../src/testing/fake-clock.js'

const limit = { limit: 1, windowMs: 1_000 }

describe('the limiter of a lane, on a clock that is right to 100 ms', () => {
  const used = () => {
    const clock = { ...fakeClock(), uncertaintyMs: () => 100 }
    const start = clock.now()
    const limiter = new LaneLimiter(clock, limit, { ends: [start], reserved: 0 })
    return { clock, start, limiter }
  }

  it('gives no permit before the window has passed on every clock', async () => {
    const { clock, limiter } = used()
    expect(limiter.nextAvailableInMs()).toBe(1_100)
    await clock.advance(1_099)
    expect([limiter.reserve(1), limiter.ready]).toEqual([null, false])
    await clock.advance(1)
    expect([limiter.reserve(1), limiter.ready]).toEqual([{ ends: [], reserved: 1 }, true])
  })

  it('keeps in what it stores what may still count elsewhere', async () => {
    const { clock, start, limiter } = used()
    await clock.advance(1_099)
    expect(limiter.close()).toEqual({ ends: [start], reserved: 0 })
  })

  it('is no surer of a time that was read before the clock was sampled anew, and is less sure with a clock that drifts', async () => {
    let uncertain = 100
    const clock = { ...fakeClock(), uncertaintyMs: () => uncertain }
    const start = clock.now()
    const limiter = new LaneLimiter(clock, limit, { ends: [start], reserved: 0 })
    uncertain = 1
    expect(limiter.nextAvailableInMs()).toBe(1_100)
    uncertain = 6
    expect(limiter.nextAvailableInMs()).toBe(1_105)
    await clock.advance(1_104)
    expect(limiter.reserve(1)).toBeNull()
    await clock.advance(1)
    expect(limiter.reserve(1)).toEqual({ ends: [], reserved: 1 })
  })
})
