import { createDispatcher, systemClock } from '@swigs/webhooks-dispatcher'
import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { densest, startReceiver } from '@swigs/webhooks-dispatcher/processes'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { describeOnMongo, freshDatabase } from './support.js'

const HALF_AN_HOUR_MS = 1_800_000
const LIMIT = { limit: 30, windowMs: 1_000 }

describeOnMongo('hosts whose clocks are an hour apart', () => {
  let connection: Connection
  let cleanup: () => Promise<void>

  beforeEach(async () => {
    ;({ connection, cleanup } = await freshDatabase())
  })
  afterEach(() => cleanup())

  it('keep one rate limit: the one that takes over neither overspends nor waits for its own time', async () => {
    const receiver = await startReceiver()
    const host = (offsetMs: number) =>
      createDispatcher({
        storage: mongooseStorage(connection),
        clock: systemClock({ offsetMs }),
        rateLimit: LIMIT,
        pollIntervalMs: 50,
        network: { allowHttp: true, allow: ['127.0.0.0/8'] },
      })
    const [late, early] = [host(-HALF_AN_HOUR_MS), host(HALF_AN_HOUR_MS)]
    await late.subscriptions.create({ appName: 'one', url: `${receiver.url}/one`, events: ['*'] })
    for (let n = 0; n < 120; n += 1) await late.dispatch('order.created', { n })
    await late.start()
    await expect.poll(() => receiver.arrivals.length, { interval: 5 }).toBeGreaterThanOrEqual(30)
    await late.stop()
    await early.start()
    // Its own time would be an hour later.
    await expect.poll(() => receiver.arrivals.length).toBe(120)
    expect(densest(receiver.arrivals, LIMIT.windowMs)).toBeLessThanOrEqual(LIMIT.limit)
    await early.stop()
    receiver.close()
  })
})
