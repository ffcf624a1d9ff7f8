import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { duplicates } from './harness.js'
import { begin, CONCURRENCY, LEASE_MS, type SharedStorage } from './world.js'

/** As many as come while twenty are killed where that takes half a minute; a starved machine must not pile up more. */
const MOST_EVENTS = 3_000

/** Real processes on one storage: side by side, and killed. */
export const describeProcesses = (name: string, share: () => Promise<SharedStorage>): void => {
  describe(`processes on ${name}`, () => {
    it(
      'deliver 2,000 events to five subscriptions once each, two of them side by side, within the limit of both',
      { timeout: 120_000 },
      async () => {
        const limit = { limit: 1_000, windowMs: 1_000 }
        const world = await begin(share, 5, limit)
        await Promise.all([world.fleet.spawn(), world.fleet.spawn()])
        for (let n = 0; n < 2_000; n += 1) world.fleet.dispatch()
        await expect
          .poll(() => world.receiver.arrivals.length, { timeout: 90_000, interval: 50 })
          .toBeGreaterThanOrEqual(10_000)
        await world.fleet.stop()
        const { arrivals } = world.receiver
        expect(world.fleet.accepted.size).toBe(2_000)
        expect(duplicates(arrivals)).toBe(0)
        expect(arrivals.length).toBe(10_000)
        expect(world.most(limit.windowMs)).toBeLessThanOrEqual(limit.limit)
        await world.end()
      },
    )

    it(
      'lose nothing when they are killed at random, twenty times, under load',
      { timeout: 400_000 },
      async () => {
        const limit = { limit: 150, windowMs: 500 }
        const kills = 20
        const world = await begin(share, 4, limit)
        await Promise.all([world.fleet.spawn(), world.fleet.spawn(), world.fleet.spawn()])
        const load = setInterval(() => {
          if (world.fleet.tried.size < MOST_EVENTS) world.fleet.dispatch()
        }, 8)
        for (let kill = 0; kill < kills; kill += 1) {
          // The random wait is the point: a kill may come at any line.
          await sleep(50 + Math.random() * 250)
          const spawned = world.fleet.spawn()
          await world.fleet.kill(Math.floor(Math.random() * world.fleet.size))
          await spawned
        }
        clearInterval(load)
        const { arrivals } = world.receiver
        await expect.poll(() => world.missing().length, { timeout: 240_000, interval: 200 }).toBe(0)
        await world.fleet.stop()
        expect(world.fleet.accepted.size).toBeGreaterThan(300)
        expect(arrivals.filter(({ n }) => !world.fleet.tried.has(n))).toEqual([])
        const stored = await world.webhooks.stats()
        expect(stored).toMatchObject({ failed: 0, cancelled: 0 })
        // Sent and not yet settled: what is in flight, and what waits for one batch to be written.
        expect(duplicates(arrivals)).toBeLessThanOrEqual(kills * CONCURRENCY)
        expect(world.most(limit.windowMs)).toBeLessThanOrEqual(limit.limit)
        await world.end()
      },
    )

    it('send nothing under a lease that passed while they stood still', { timeout: 120_000 }, async () => {
      const limit = { limit: 100, windowMs: 500 }
      const events = 600
      const world = await begin(share, 4, limit)
      await Promise.all([world.fleet.spawn(), world.fleet.spawn()])
      // More than the limit lets through at once: whoever is stopped has loaded what it may no longer send.
      for (let n = 0; n < events; n += 1) world.fleet.dispatch()
      const { arrivals } = world.receiver
      await expect.poll(() => arrivals.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(limit.limit)
      const goOn = world.fleet.freeze(0)
      // The wait is the point: past its lease, so that the other one has its lanes.
      await sleep(LEASE_MS + 1_000)
      goOn()
      await expect.poll(() => world.fleet.accepted.size, { timeout: 20_000 }).toBe(events)
      await expect.poll(() => world.missing().length, { timeout: 60_000, interval: 200 }).toBe(0)
      await world.fleet.stop()
      // In flight when it stopped, or answered and not yet settled.
      expect(duplicates(arrivals)).toBeLessThanOrEqual(2 * CONCURRENCY)
      expect(world.most(limit.windowMs)).toBeLessThanOrEqual(limit.limit)
      expect(await world.webhooks.stats()).toMatchObject({ failed: 0, cancelled: 0, pending: 0 })
      await world.end()
    })
  })
}
