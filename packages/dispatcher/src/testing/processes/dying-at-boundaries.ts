import { describe, expect, it } from 'vitest'
import { FAULT_POINTS, type FaultMoment, type FaultPoint } from '../fault-points.js'
import { duplicates } from './arrivals.js'
import { CONCURRENCY, type ShareStorage, type TestSize } from './shared-storage.js'
import { startTestFleet, STUCK } from './test-fleet.js'

/** All but `wake`, which is what people cause. */
const POINTS = (Object.keys(FAULT_POINTS) as FaultPoint[]).filter((point) => point !== 'wake')
const MOMENTS: readonly FaultMoment[] = ['before', 'during', 'after']
const LIMIT = { limit: 60, windowMs: 500 }

/** Each boundary once, and in the long form before, during and after its call. */
const deathsOf = (size: TestSize) =>
  POINTS.flatMap((point, index) =>
    MOMENTS.filter((_, at) => size === 'long' || at === index % MOMENTS.length).map((moment) => ({
      point,
      moment,
      visit: 1,
      delayMs: Math.random() * 3,
    })),
  )

/** Processes that come one after the other, each of which dies at another boundary; and then one that lives. */
export const describeDyingAtBoundaries = (
  name: string,
  share: ShareStorage,
  size: TestSize = 'short',
): void => {
  describe(`processes that die at every boundary on ${name}`, () => {
    it('lose nothing that was accepted, and repeat no more than was in flight', STUCK, async () => {
      const fleet = await startTestFleet(await share(), { subscriptions: 1, rateLimit: LIMIT })
      const { arrivals, webhooks, workers } = fleet
      const deaths = deathsOf(size)
      const stopLoad = fleet.load(30, Infinity)
      for (const fault of deaths) {
        // A lane that no dead process has.
        await fleet.subscribe()
        await workers.spawnDoomed(fault)
      }
      stopLoad()
      await workers.spawn()
      const atLeast = workers.accepted.size + 10
      for (let n = 0; n < 10; n += 1) workers.dispatch()
      await fleet.until('accept', () => workers.accepted.size >= atLeast)
      await fleet.until('deliver', () => fleet.missing() === 0)
      await workers.stop()
      expect(arrivals.filter(({ n }) => !workers.tried.has(n))).toEqual([])
      expect(await webhooks.stats()).toMatchObject({ failed: 0, cancelled: 0 })
      // In flight, or answered and not yet settled.
      expect(duplicates(arrivals)).toBeLessThanOrEqual(deaths.length * 2 * CONCURRENCY)
      expect(fleet.densest()).toBeLessThanOrEqual(LIMIT.limit)
    })
  })
}
