import { expect, it } from 'vitest'
import { runRound } from '../torture/round.js'
import { canShiftClocks } from '../torture/shifted-clock.js'
import { bedOf, seed, STUCK } from './torture-beds.js'

const SIZE = { processes: 3, troubles: 60, eventEveryMs: 40, clock: true }

it.skipIf(!canShiftClocks())(
  `a round of torture on SQLite under a clock that is set breaks no promise (TORTURE_SEED=${seed})${canShiftClocks() ? '' : ' (not here: no faketime)'}`,
  STUCK,
  async () => {
    const { breaches, accepted } = await runRound(await bedOf('sqlite'), seed, SIZE)
    expect(breaches).toEqual([])
    expect(accepted).toBeGreaterThan(0)
  },
)
