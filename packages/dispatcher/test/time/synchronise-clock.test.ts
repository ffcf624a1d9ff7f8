import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import { synchroniseClock } from '../../src/adapters/synchronise-clock.js'
import { systemClock } from '../../src/adapters/system-clock.js'

const YEAR_MS = 365 * 86_400_000

/** A store whose clock is ahead of this host's, and that takes its time to say so. */
const storeAhead = (aheadMs: number, delays: number[]) => {
  let asked = 0
  const now = async () => {
    const delay = delays[asked] ?? 0
    asked += 1
    const until = performance.now() + delay
    while (performance.now() < until);
    return Date.now() + aheadMs
  }
  return { storage: { ...memoryStorage(), now }, asked: () => asked }
}

describe('a clock that is kept on the store’s time', () => {
  it('tells the store’s time, within what it says that it may be wrong by', async () => {
    const clock = systemClock({ offsetMs: -5_000 })
    const { storage } = storeAhead(YEAR_MS, [])
    const stop = await synchroniseClock(clock, storage)
    expect(Math.abs(clock.now() - (Date.now() + YEAR_MS))).toBeLessThanOrEqual(clock.uncertaintyMs() + 1)
    expect(clock.uncertaintyMs()).toBeGreaterThan(0)
    stop()
  })

  it('believes the shortest of several round trips', async () => {
    const clock = systemClock()
    const { storage, asked } = storeAhead(YEAR_MS, [40, 30, 0, 50, 50])
    const stop = await synchroniseClock(clock, storage)
    expect(asked()).toBe(3)
    expect(clock.uncertaintyMs()).toBeLessThan(15)
    stop()
  })

  it('is less sure of itself the longer ago it asked', async () => {
    const clock = systemClock()
    clock.resample({ time: Date.now(), uncertaintyMs: 2 })
    const before = clock.uncertaintyMs()
    await expect.poll(() => clock.uncertaintyMs()).toBeGreaterThan(before)
  })

  it('is the host’s where the store has none, and no surer of itself than whole milliseconds let it be', async () => {
    const clock = systemClock({ offsetMs: -5_000 })
    const stop = await synchroniseClock(clock, memoryStorage())
    expect(Math.abs(clock.now() - Date.now() + 5_000)).toBeLessThan(50)
    expect(clock.uncertaintyMs()).toBeGreaterThanOrEqual(0.5)
    stop()
  })
})

describe('when the host’s clock is set', () => {
  const HOUR_MS = 3_600_000
  const setWall = (byMs: number) => {
    const real = Date.now.bind(Date)
    vi.spyOn(Date, 'now').mockImplementation(() => real() + byMs)
  }
  afterEach(() => void vi.restoreAllMocks())

  it.each([-HOUR_MS, HOUR_MS])('by %d ms it follows at once, as every process of the host does', (byMs) => {
    const clock = systemClock()
    setWall(byMs)
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000)
  })

  it('it stays on the store’s time, where that is what it is kept on', async () => {
    const clock = systemClock()
    const { storage } = storeAhead(0, [])
    const stop = await synchroniseClock(clock, storage)
    const before = clock.now()
    setWall(HOUR_MS)
    expect(clock.now() - before).toBeLessThan(HOUR_MS / 2)
    stop()
  })
})
