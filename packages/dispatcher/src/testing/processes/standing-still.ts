import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { duplicates } from './arrivals.js'
import { amountOf, CONCURRENCY, type ShareStorage, type TestSize } from './shared-storage.js'
import { LEASE_MS, startTestFleet, STUCK } from './test-fleet.js'

/** Two processes on one storage, one of which stands still for longer than its leases. */
export const describeStandingStill = (name: string, share: ShareStorage, size: TestSize = 'short'): void => {
  describe(`a process that stands still on ${name}`, () => {
    it('sends nothing under a lease that has passed', STUCK, async () => {
      const shared = await share()
      const events = amountOf(size, { short: 300, long: 600 }, shared.slow)
      // More than the limit lets through at once: whoever is stopped has loaded what it may no longer send.
      const limit = Math.ceil(events / 6)
      const fleet = await startTestFleet(shared, { subscriptions: 4, rateLimit: { limit, windowMs: 500 } })
      const { arrivals, webhooks, workers } = fleet
      await Promise.all([workers.spawn(), workers.spawn()])
      for (let n = 0; n < events; n += 1) workers.dispatch()
      await fleet.until('begin', () => arrivals.length > limit)
      const goOn = workers.freeze(0)
      // The wait is the point: past its lease, so that the other one has its lanes.
      await sleep(LEASE_MS + 1_000)
      goOn()
      await fleet.until('accept', () => workers.accepted.size === events)
      await fleet.until('deliver', () => fleet.missing() === 0)
      await workers.stop()
      // In flight when it stopped, or answered and not yet settled.
      expect(duplicates(arrivals)).toBeLessThanOrEqual(2 * CONCURRENCY)
      expect(fleet.densest()).toBeLessThanOrEqual(limit)
      expect(await webhooks.stats()).toMatchObject({ failed: 0, cancelled: 0, pending: 0 })
    })
  })
}
