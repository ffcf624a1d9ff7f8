import { describe, expect, it } from 'vitest'
import { NO_STATS, type SubscriptionStats } from '../../src/core/subscription.js'
import { dueChange, NO_HEALTH, type SubscriptionHealth } from '../../src/core/subscription-health.js'

const change = (
  stats: Partial<SubscriptionStats>,
  now: number,
  health: Partial<SubscriptionHealth> = {},
  settings: { warnAfterMs: number | false; disableAfterMs: number | false } = {
    warnAfterMs: 100,
    disableAfterMs: 1_000,
  },
) => dueChange({ stats: { ...NO_STATS, ...stats }, health: { ...NO_HEALTH, ...health } }, settings, now)

const failing = (failingSince: number, lastFailedAt: number, lastSentAt: number | null = null) => ({
  failingSince,
  lastFailedAt,
  lastSentAt,
})

const WARNED = { warnedAt: 200, warnedFor: 50 }

describe('which change of health is due', () => {
  it.each([
    ['nothing was sent', NO_STATS, 9_999, {}, null],
    ['it fails, and not for long', failing(50, 60), 149, {}, null],
    ['it fails for as long as that', failing(50, 60), 150, {}, 'failing'],
    ['it was told already', failing(50, 60), 999, WARNED, null],
    ['it failed once, long ago', failing(50, 60), 99_999, WARNED, null],
    ['it goes on failing', failing(50, 1_050), 1_051, WARNED, 'disabled'],
    ['it goes on failing, and nobody was told', failing(50, 1_050), 1_051, {}, 'disabled'],
    ['it was delivered to', { ...NO_STATS, lastFailedAt: 70, lastSentAt: 80 }, 300, WARNED, 'recovered'],
    ['it was delivered to, and fails again', failing(90, 90, 80), 300, WARNED, 'recovered'],
    ['one that was under way before was recorded late', failing(50, 60, 55), 120, WARNED, null],
    ['it was resumed since, and not tried', failing(50, 60), 999, { ...WARNED, countsFrom: 300 }, null],
    ['it was resumed since, and fails', failing(50, 310), 450, { ...WARNED, countsFrom: 300 }, null],
    ['it was resumed since, and fails for long', failing(50, 1_300), 1_301, { countsFrom: 300 }, 'disabled'],
    ['it was resumed untold, and fails', failing(50, 310), 399, { countsFrom: 300 }, null],
    ['it was resumed untold, and fails for as long', failing(50, 310), 400, { countsFrom: 300 }, 'failing'],
  ] as const)('where %s', (_what, stats, now, health, expected) => {
    expect(change(stats, now, health)?.change ?? null).toBe(expected)
  })

  it('is none that is switched off', () => {
    expect(change(failing(50, 9_000), 9_000, {}, { warnAfterMs: false, disableAfterMs: false })).toBeNull()
    const warned = change(failing(50, 9_000), 9_000, {}, { warnAfterMs: 100, disableAfterMs: false })
    expect(warned).toEqual({ change: 'failing', since: 50, at: 9_000 })
    const off = change(failing(50, 9_000), 9_000, {}, { warnAfterMs: false, disableAfterMs: 100 })
    expect(off).toEqual({ change: 'disabled', since: 50, at: 9_000 })
  })
})
