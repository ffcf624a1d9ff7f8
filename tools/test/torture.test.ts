import { expect, it } from 'vitest'
import { testSize } from '../test-size.js'
import { runRound } from '../torture/round.js'
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
