import { describe, expect, it } from 'vitest'
import { duplicates } from './arrivals.js'
import { amountOf, type ShareStorage, type TestSize } from './shared-storage.js'
import { startTestFleet, STUCK } from './test-fleet.js'

const SUBSCRIPTIONS = 5
/** Nobody is killed here: however busy the machine, no lease may pass. */
const LEASE_MS = 120_000

/** Two processes on one storage, both of which accept and deliver. */
export const describeSideBySide = (name: string, share: ShareStorage, size: TestSize = 'short'): void => {
  describe(`two processes side by side on ${name}`, () => {
    it('deliver every event to each subscription once, within the limit of both', STUCK, async () => {
      const shared = await share()
      const events = amountOf(size, { short: 400, long: 2_000 }, shared.slow)
      const limit = Math.ceil(events / 4)
      const fleet = await startTestFleet(shared, {
        subscriptions: SUBSCRIPTIONS,
        rateLimit: { limit, windowMs: 500 },
        leaseMs: LEASE_MS,
      })
      const { arrivals, workers } = fleet
      await Promise.all([workers.spawn(), workers.spawn()])
      for (let n = 0; n < events; n += 1) workers.dispatch()
      await fleet.until('deliver', () => arrivals.length >= events * SUBSCRIPTIONS)
      await workers.stop()
      expect(workers.accepted.size).toBe(events)
      expect(duplicates(arrivals)).toBe(0)
      expect(arrivals.length).toBe(events * SUBSCRIPTIONS)
      expect(fleet.densest()).toBeLessThanOrEqual(limit)
    })
  })
}
