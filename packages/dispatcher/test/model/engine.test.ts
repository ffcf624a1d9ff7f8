import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { testSize } from '../../../../tools/test-size.js'
import { engineCommands } from './engine-commands.js'
import { settleAndCheck } from './engine-invariants.js'
import { EngineLog } from './engine-log.js'
import { EngineWorld } from './engine-world.js'

const RUNS = testSize === 'long' ? 10_000 : 200
const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31))

it(`whatever people and fate do, nothing is lost, doubled, or over its limit (FUZZ_SEED=${seed})`, async () => {
  let arrived = 0
  await fc.assert(
    fc.asyncProperty(fc.commands(engineCommands, { maxCommands: 40, size: 'max' }), async (commands) => {
      const model = new EngineLog()
      const real = await EngineWorld.make(model)
      try {
        await fc.asyncModelRun(() => ({ model, real }), commands)
        await settleAndCheck(model, real)
        arrived += model.arrivals.length
      } finally {
        real.end()
      }
    }),
    { seed, numRuns: RUNS },
  )
  // It would not be a test of much if nothing were sent.
  expect(arrived).toBeGreaterThan(RUNS)
}, 1_800_000)
