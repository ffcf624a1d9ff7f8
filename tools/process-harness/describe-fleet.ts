import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { duplicates } from './harness.js'
import { begin, CONCURRENCY, type SharedStorage } from './world.js'

const PROCESSES = 4
const SUBSCRIPTIONS = 200
const EVENTS = 100
const KILL_EVERY_MS = 1_000
/** A minute of it: where every statement scans, as on a stand-in, the whole takes several. */
const MOST_KILLS = 60

/** Four processes, 200 subscriptions, 20,000 deliveries, one process killed and replaced every second. */
export const describeFleet = (name: string, share: () => Promise<SharedStorage>): void => {
  describe(`a fleet on ${name}`, () => {
    it(
      'delivers 20,000 to 200 subscriptions within their limits while one of four processes is killed every second',
      { timeout: 900_000 },
      async () => {
        const limit = { limit: 40, windowMs: 2_000 }
        const world = await begin(share, SUBSCRIPTIONS, limit)
        const { fleet, receiver } = world
        await Promise.all(Array.from({ length: PROCESSES }, () => fleet.spawn()))
        const load = setInterval(() => {
          if (fleet.accepted.size < EVENTS) fleet.dispatch()
        }, 40)
        const started = performance.now()
        const spawned: Promise<void>[] = []
        let kills = 0
        while (kills < MOST_KILLS && (fleet.accepted.size < EVENTS || world.missing().length > 0)) {
          // The wait is the point: a kill every second, wherever they are.
          await sleep(KILL_EVERY_MS)
          spawned.push(fleet.spawn())
          if (await fleet.kill(Math.floor(Math.random() * fleet.size))) kills += 1
        }
        await expect.poll(() => fleet.accepted.size, { timeout: 20_000 }).toBeGreaterThanOrEqual(EVENTS)
        clearInterval(load)
        await Promise.all(spawned)
        await expect.poll(() => world.missing().length, { timeout: 800_000, interval: 250 }).toBe(0)
        const seconds = (performance.now() - started) / 1_000
        await fleet.stop()
        const { arrivals } = receiver
        expect(kills).toBeGreaterThan(3)
        expect(arrivals.length).toBeGreaterThanOrEqual(EVENTS * SUBSCRIPTIONS)
        expect(await world.webhooks.stats()).toMatchObject({ pending: 0, failed: 0, cancelled: 0 })
        expect(duplicates(arrivals)).toBeLessThanOrEqual(kills * CONCURRENCY)
        expect(world.most(limit.windowMs)).toBeLessThanOrEqual(limit.limit)
        console.log(
          `fleet on ${name}: ${arrivals.length} requests, ${kills} kills, ${duplicates(arrivals)} duplicates, ${seconds.toFixed(1)} s`,
        )
        await world.end()
      },
    )
  })
}
