import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fromNewDelivery } from '../src/mapping/delivery.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { collectionsOn, newCall, sampleDelivery, sampleEvent, T0 } from './fixtures.js'
import { describeOnMongo, freshDatabase } from './support.js'

/** A fan-out is three writes here, and a repair looks at any moment between them. */
describeOnMongo('a lane with work that nobody has woken', () => {
  let connection: Connection
  let cleanup: () => Promise<void>

  beforeEach(async () => {
    ;({ connection, cleanup } = await freshDatabase())
  })
  afterEach(() => cleanup())

  it('is left to the fan-out that is under way, and woken by repair once that has marked its event', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    const event = sampleEvent()
    await storage.events.append({ callId: newCall(), events: [event], visibleAt: T0 })
    const delivery = fromNewDelivery(sampleDelivery(event, '65a0000000000000000000aa'))
    await collectionsOn(connection).deliveries.insertOne(delivery)
    const repair = () =>
      storage.maintenance.repair({ now: T0 + 1, latestDueAt: T0 * 2, latestVisibleAt: T0 * 2 })
    expect(await repair()).toBe(0)
    await storage.events.fanOut({ now: T0, eventIds: [event.id], deliveries: [] })
    expect(await repair()).toBe(1)
    expect(
      (await storage.lanes.acquire({ token: 't', now: T0 + 1, leaseMs: 9, limit: 9 })).lanes,
    ).toHaveLength(1)
  })
})
