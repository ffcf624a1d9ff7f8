import { expect, it } from 'vitest'
import { testSize } from '../test-size.js'
import { runBacklog } from '../torture/backlog.js'
import { bedOf, seed, STORAGES, STUCK } from './torture-beds.js'

const SIZE = testSize === 'long' ? { due: 20_000, quiet: 200 } : { due: 500, quiet: 20 }

it.each(STORAGES)(
  'a quiet lane on %s is served in the next round beside a dead endpoint with a mountain of work',
  STUCK,
  async (storage) => {
    expect((await runBacklog(await bedOf(storage), seed, SIZE)).breaches).toEqual([])
  },
)
