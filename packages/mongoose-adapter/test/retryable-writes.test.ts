import mongoose from 'mongoose'
// @ts-expect-error an alias of mongoose 8, whose types name the module mongoose
import mongoose8 from 'mongoose8'
import { describe, expect, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { delivered, newCall, sampleEvent, T0 } from './fixtures.js'
import { startScriptedReplicaSet } from './scripted-replica-set.js'

const SUBSCRIPTION = 'f'.repeat(24)

describe.each([
  ['7', mongoose],
  ['6', mongoose8 as unknown as typeof mongoose],
])('driver %s', (_version, library) => {
  it('makes retryable writes of inserts, and none of what a token guards', async () => {
    const replicaSet = await startScriptedReplicaSet()
    const options = { serverApi: { version: '1', strict: true } } as const
    const connection = await library.createConnection(replicaSet.uri, options).asPromise()
    const storage = mongooseStorage(connection)
    await storage.open()
    const held = { _id: SUBSCRIPTION, token: 'owner' }
    const cursor = { id: mongoose.mongo.BSON.Long.ZERO, ns: 'db.webhooklanes', firstBatch: [held] }
    replicaSet.answer(({ name }) => (name === 'find' ? { cursor } : undefined))
    replicaSet.sent.length = 0
    const window = { ends: [T0], reserved: 0 }
    const lane = { subscriptionId: SUBSCRIPTION, token: 'owner', window }
    const call = { callId: newCall() }
    await storage.events.append({ ...call, events: [sampleEvent()], visibleAt: T0 })
    const results = [delivered(lane, `dlv_1_${SUBSCRIPTION}`)]
    await storage.lanes.complete({ ...call, now: T0, results, progressed: [SUBSCRIPTION] })
    await storage.lanes.extend({ now: T0, leaseMs: 9, lanes: [lane] })
    const rest = { hold: null, crashCount: 0, quarantinedAt: 0 }
    await storage.lanes.release({ now: T0, lanes: [{ ...lane, wakeups: 1, lifts: 0, dueAt: T0, ...rest }] })
    const retryable = replicaSet.sent
      .filter(({ name }) => name !== 'find')
      .map(({ name, command }) => `${name} ${String(command[name])}: ${'txnNumber' in command}`)
    expect(retryable).toEqual([
      'insert webhookevents: true',
      'insert webhookattempts: true',
      'update webhookdeliveries: false',
      'update webhooksubscriptions: false',
      'insert webhookmetrics: true',
      'update webhooklanes: false',
      'update webhooklanes: false',
      'update webhooklanes: false',
    ])
    await connection.close()
    replicaSet.close()
  })
})
