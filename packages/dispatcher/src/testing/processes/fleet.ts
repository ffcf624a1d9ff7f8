import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { duplicates } from './arrivals.js'
import { amountOf, CONCURRENCY, type ShareStorage, type TestSize } from './shared-storage.js'
import { startTestFleet, STUCK } from './test-fleet.js'

const PROCESSES = 4
const KILL_EVERY_MS = 1_000
const FEWEST_KILLS = 4
/** A minute of it: where every statement scans, as on a stand-in, the whole takes several. */
const MOST_KILLS = 60

/** Four processes on one storage, many subscriptions, one process killed and replaced every second. */
export const describeFleet = (name: string, share: ShareStorage, size: TestSize = 'short'): void => {
  describe(`a fleet on ${name}`, () => {
    it(
      'delivers everything within every limit while one of its processes is killed each second',
      STUCK,
      async () => {
        const events = amountOf(size, { short: 50, long: 100 })
        const limit = Math.ceil(events * 0.4)
        const shared = await share()
        const subscriptions = amountOf(size, { short: 40, long: 200 }, shared.slow)
        const fleet = await startTestFleet(shared, { subscriptions, rateLimit: { limit, windowMs: 2_000 } })
        const { arrivals, webhooks, workers } = fleet
        await Promise.all(Array.from({ length: PROCESSES }, () => workers.spawn()))
        fleet.load(40, events)
        const done = () => workers.accepted.size >= events && fleet.missing() === 0
        const spawned: Promise<void>[] = []
        let kills = 0
        while (kills < FEWEST_KILLS || (kills < MOST_KILLS && !done())) {
          // The wait is the point: a kill every second, wherever they are.
          await sleep(KILL_EVERY_MS)
          spawned.push(workers.spawn())
          if (await workers.kill(Math.floor(Math.random() * workers.size))) kills += 1
        }
        await Promise.all(spawned)
        await fleet.until('deliver', done)
        // What was sent by a process that died before it was recorded waits for that one's lease to pass, and is sent again.
        await fleet.until('record', async () => (await webhooks.stats()).pending === 0)
        await workers.stop()
        expect(arrivals.length).toBeGreaterThanOrEqual(events * subscriptions)
        expect(await webhooks.stats()).toMatchObject({ pending: 0, failed: 0, cancelled: 0 })
        expect(duplicates(arrivals)).toBeLessThanOrEqual(kills * CONCURRENCY)
        expect(fleet.densest()).toBeLessThanOrEqual(limit)
      },
    )
  })
}
