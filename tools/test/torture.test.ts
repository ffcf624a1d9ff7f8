import { expect, it } from 'vitest'
import { testSize } from '../test-size.js'
import { runRound } from '../torture/round.js'
import { bedOf, seed, STORAGES, STUCK } from './torture-beds.js'

const SIZE = { processes: 3, troubles: testSize === 'long' ? 60 : 8, eventEveryMs: 40 }

/** In the short form where there is most to go wrong: processes that share a file. */
const storages = testSize === 'long' ? STORAGES : STORAGES.filter((storage) => storage === 'sqlite')

it.each(storages)(
  `a round of torture on %s breaks no promise (TORTURE_SEED=${seed})`,
  STUCK,
  async (storage) => {
    const { breaches, accepted } = await runRound(await bedOf(storage), seed, SIZE)
    expect(breaches).toEqual([])
    expect(accepted).toBeGreaterThan(0)
  },
)
