import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { duplicates } from './arrivals.js'
import { amountOf, CONCURRENCY, type ShareStorage, type TestSize } from './shared-storage.js'
import { startTestFleet, STUCK } from './test-fleet.js'

const RATE_LIMIT = { limit: 150, windowMs: 500 }

/** Three processes on one storage, killed and replaced at random, under load. */
export const describeKilledAtRandom = (name: string, share: ShareStorage, size: TestSize = 'short'): void => {
  describe(`processes that are killed at random on ${name}`, () => {
    it('lose nothing that was accepted, and repeat no more than was in flight', STUCK, async () => {
      const kills = amountOf(size, { short: 6, long: 20 })
      const shared = await share()
      const most = amountOf(size, { short: 1_000, long: 3_000 }, shared.slow)
      const fleet = await startTestFleet(shared, { subscriptions: 4, rateLimit: RATE_LIMIT })
      const { arrivals, webhooks, workers } = fleet
      await Promise.all([workers.spawn(), workers.spawn(), workers.spawn()])
      fleet.load(8, most)
      for (let kill = 0; kill < kills; kill += 1) {
        // The random wait is the point: a kill may come at any line.
        await sleep(50 + Math.random() * 250)
        const spawned = workers.spawn()
        await workers.kill(Math.floor(Math.random() * workers.size))
        await spawned
      }
      // Whatever the machine, there was something to lose.
      await fleet.until('accept', () => workers.accepted.size >= most)
      await fleet.until('deliver', () => fleet.missing() === 0)
      await workers.stop()
      expect(fleet.missing()).toBe(0)
      expect(arrivals.filter(({ n }) => !workers.tried.has(n))).toEqual([])
      expect(await webhooks.stats()).toMatchObject({ failed: 0, cancelled: 0 })
      // Sent and not yet settled: what is in flight, and what waits for one batch to be written.
      expect(duplicates(arrivals)).toBeLessThanOrEqual(kills * CONCURRENCY)
      expect(fleet.densest()).toBeLessThanOrEqual(RATE_LIMIT.limit)
    })
  })
}
