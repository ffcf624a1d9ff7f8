import type { Connection } from 'mongoose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deliveryId } from '@swigs/webhooks-dispatcher/storage-kit'
import { deliveriesOf } from '../src/attempt-ids.js'
import { fromEvent } from '../src/mapping/event.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { collectionsOn, dispatcherOn, fields, newCall, sampleEvent, T0 } from './fixtures.js'
import { describeOnMongo, freshDatabase, itNeeds } from './support.js'

interface Plan {
  readonly executionStats: { readonly totalDocsExamined: number }
}

describeOnMongo('the hot path', () => {
  let connection: Connection
  let connect: Awaited<ReturnType<typeof freshDatabase>>['connect']
  let cleanup: () => Promise<void>

  beforeEach(async () => {
    ;({ connection, connect, cleanup } = await freshDatabase())
  })
  afterEach(() => cleanup())

  it('spends at most 0.2 commands on a delivery in batches of 64', async () => {
    const monitored = await connect({ monitorCommands: true })
    const { webhooks, transport } = dispatcherOn(mongooseStorage(monitored))
    for (let index = 0; index < 8; index += 1)
      await webhooks.subscriptions.create({ ...fields, appName: `app-${index}` })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    const before = transport.requests.length
    let commands = 0
    let batches = 0
    monitored.getClient().on('commandStarted', ({ commandName, command }) => {
      commands += 1
      if (commandName === 'insert' && command['insert'] === 'webhookattempts') batches += 1
    })
    await Promise.all(Array.from({ length: 64 }, () => webhooks.dispatch('order.created', {})))
    await webhooks.drain()
    const deliveries = transport.requests.length - before
    expect(deliveries).toBe(512)
    // On a busy machine batches leave before they are full: each has five commands, whatever is in it.
    const full = deliveries / 64
    expect((commands - 5 * (batches - full)) / deliveries).toBeLessThanOrEqual(0.2)
    await webhooks.stop()
    await monitored.close()
  })

  it('accepts 64 events in one command that waits for a majority', async () => {
    const monitored = await connect({ monitorCommands: true })
    const storage = mongooseStorage(monitored)
    await storage.open()
    const sent: { name: string; concern: unknown }[] = []
    monitored.getClient().on('commandStarted', ({ commandName, command }) => {
      sent.push({ name: commandName, concern: (command as { writeConcern?: unknown }).writeConcern })
    })
    const events = Array.from({ length: 64 }, () => sampleEvent())
    expect(await storage.events.append({ callId: newCall(), events, visibleAt: T0 })).toEqual(
      events.map(() => true),
    )
    expect(sent).toEqual([{ name: 'insert', concern: { w: 'majority', j: true } }])
    await monitored.close()
  })

  itNeeds('explain', 'examines only what it answers with, among thousands that are done', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    const { deliveries, events, lanes } = collectionsOn(connection)
    const many = Array.from({ length: 3_000 }, (_, index) => index)
    await deliveries.insertMany(
      many.map((index) => ({
        _id: deliveryId(`evt_${index % 300}`, `sub_${index}`),
        eventId: `evt_${index % 300}`,
        lane: `lane-${index % 3}`,
        state: index < 6 ? 0 : 1 + (index % 3),
        reason: null,
        dueAt: T0 + index,
        createdAt: T0 + index,
        settledAt: T0 + index,
        attemptCount: 0,
        scheduleStep: 0,
        once: false,
      })),
    )
    await events.insertMany(
      many.map((index) => ({
        ...fromEvent(sampleEvent({ id: `evt_${index}`, acceptedAt: T0 + index }), T0 + index),
        state: index < 6 ? (0 as const) : (1 as const),
      })),
    )
    await lanes.insertMany(
      many.map((index) => ({
        _id: `lane-${index}`,
        slice: index % 16,
        token: null,
        // Due, and held back: rate-limited lanes must cost the others nothing.
        leaseUntil: index < 4 ? 0 : T0 * 2,
        dueAt: T0 + index,
        wakeups: 1,
        window: { ends: [], reserved: 0 },
        strikes: 0,
        heldStrikes: 0,
      })),
    )
    const examined = async (cursor: { explain(verbosity: 'executionStats'): Promise<unknown> }) =>
      ((await cursor.explain('executionStats')) as Plan).executionStats.totalDocsExamined
    const later = { $lte: T0 * 1.5 }
    const newest = { createdAt: -1, _id: -1 } as const
    expect(await examined(deliveries.find({ lane: 'lane-1', state: 0 }).sort({ dueAt: 1, _id: 1 }))).toBe(2)
    expect(await examined(events.find({ state: 0, sweepAt: later }).sort({ sweepAt: 1 }))).toBe(6)
    const free = { dueAt: later, leaseUntil: { $lte: T0 } }
    expect(await examined(lanes.find(free).sort({ dueAt: 1 }).limit(32))).toBe(4)
    expect(
      await examined(
        lanes
          .find({ slice: 1, ...free })
          .sort({ dueAt: 1 })
          .limit(32),
      ),
    ).toBe(1)
    for (const filter of [{ lane: 'lane-1' }, { lane: 'lane-1', state: 2 }, { state: 2 }, { state: 0 }, {}])
      expect(await examined(deliveries.find(filter).sort(newest).limit(5))).toBe(5)
    // As many as an event has subscribers, and no other's.
    const ofOne = { _id: deliveriesOf('evt_3'), eventId: 'evt_3' }
    expect(await examined(deliveries.find(ofOne).hint({ _id: 1 }).sort(newest).limit(5))).toBe(10)
    // What is due is counted in the index alone.
    expect(await examined(deliveries.find({ state: 0, dueAt: later }).project({ _id: 0, dueAt: 1 }))).toBe(0)
    for (const filter of [{ type: 'order.created' }, { siteId: null }, {}])
      expect(await examined(events.find(filter).sort({ acceptedAt: -1, _id: -1 }).limit(5))).toBe(5)
  })
})
