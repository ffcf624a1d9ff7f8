import { expect, it } from 'vitest'
import { testSize } from '../test-size.js'
import { runRound } from '../torture/round.js'
import { canShiftClocks } from '../torture/shifted-clock.js'
import { bedOf, seed, STORAGES, STUCK } from './torture-beds.js'

const SIZE = { processes: 3, troubles: testSize === 'long' ? 60 : 8, eventEveryMs: 40 }

it.each(STORAGES)(
  `a round of torture on %s breaks no promise (TORTURE_SEED=${seed})`,
  STUCK,
  async (storage) => {
    const { breaches, accepted } = await runRound(await bedOf(storage), seed, SIZE)
    expect(breaches).toEqual([])
    expect(accepted).toBeGreaterThan(0)
  },
)

it.skipIf(!canShiftClocks())(
  `a round of torture on SQLite under a clock that is set breaks no promise (TORTURE_SEED=${seed})${canShiftClocks() ? '' : ' (not here: no faketime)'}`,
  STUCK,
  async () => {
    const { breaches, accepted } = await runRound(await bedOf('sqlite'), seed, { ...SIZE, clock: true })
    expect(breaches).toEqual([])
    expect(accepted).toBeGreaterThan(0)
  },
)
