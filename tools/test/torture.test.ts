import { expect, it, onTestFinished } from 'vitest'
import { testSize } from '../test-size.js'
import { runBacklog } from '../torture/backlog.js'
import { BEDS, type StorageName } from '../torture/beds.js'
import { runRound } from '../torture/round.js'

const seed = Number(process.env['TORTURE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** Those that need no server; the others are tortured in the long form. */
const STORAGES: readonly StorageName[] =
  testSize === 'long' ? ['memory', 'sqlite', 'postgres', 'mongo'] : ['memory', 'sqlite']
const ROUND = { processes: 3, troubles: testSize === 'long' ? 60 : 10, eventEveryMs: 40 }
const BACKLOG = testSize === 'long' ? { due: 20_000, quiet: 200 } : { due: 500, quiet: 20 }

/** No measure of anything: what ends a test that is stuck. */
const STUCK = { timeout: 1_800_000 }

const bedOf = async (storage: StorageName) => {
  const bed = await BEDS[storage]()
  onTestFinished(() => bed.stop())
  return bed
}

it.each(STORAGES)(
  `a round of torture on %s breaks no promise (TORTURE_SEED=${seed})`,
  STUCK,
  async (storage) => {
    const { breaches, accepted } = await runRound(await bedOf(storage), seed, ROUND)
    expect(breaches).toEqual([])
    expect(accepted).toBeGreaterThan(0)
  },
)

it.each(STORAGES)(
  'a quiet lane on %s is served in the next round beside a dead endpoint with a mountain of work',
  STUCK,
  async (storage) => {
    expect((await runBacklog(await bedOf(storage), seed, BACKLOG)).breaches).toEqual([])
  },
)
