import { describe, expect, it } from 'vitest'
import { ClockSteps } from '../../src/flow/clock-steps.js'
import { fakeClock } from '../../src/testing/fake-clock.js'

const HOUR = 3_600_000
const WINDOW_MS = 60_000

describe('what a process makes of ends of attempts, when its clock is set forward', () => {
  const watched = () => {
    const clock = fakeClock()
    let setByMs = 0
    const now = () => clock.now() + setByMs
    return {
      clock,
      now,
      set: (byMs: number) => void (setByMs += byMs),
      steps: new ClockSteps({ ...clock, now }),
    }
  }

  it('what had ended before ended as long ago as it did', async () => {
    const { clock, now, set, steps } = watched()
    const end = now()
    await clock.advance(5_000)
    set(HOUR)
    expect(steps.corrected([end], WINDOW_MS)).toEqual([now() - 5_000])
  })

  it('what has ended since is as it is', async () => {
    const { clock, now, set, steps } = watched()
    set(HOUR)
    steps.look()
    await clock.advance(1_000)
    expect(steps.corrected([now()], WINDOW_MS)).toEqual([now()])
  })

  it('what another ended while it was set in several goes, unseen by this one, ended just now', () => {
    const { now, set, steps } = watched()
    set(HOUR)
    const end = now()
    set(HOUR)
    expect(steps.corrected([end], WINDOW_MS)).toEqual([now()])
  })

  it('nothing ends ahead of now', async () => {
    const { clock, now, set, steps } = watched()
    const end = now()
    set(HOUR)
    steps.look()
    set(-HOUR)
    await clock.advance(1_000)
    expect(steps.corrected([end], WINDOW_MS)).toEqual([now()])
  })

  it('a step longer ago than a window is long moves nothing', async () => {
    const { clock, now, set, steps } = watched()
    const end = now()
    set(HOUR)
    steps.look()
    await clock.advance(WINDOW_MS + 1)
    expect(steps.corrected([end], WINDOW_MS)).toEqual([end])
  })
})
