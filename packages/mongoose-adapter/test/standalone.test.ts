import mongoose, { type Connection } from 'mongoose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { dispatcherOn } from './fixtures.js'
import { startScriptedReplicaSet } from './scripted-replica-set.js'

describe('a server that stands alone', () => {
  let server: Awaited<ReturnType<typeof startScriptedReplicaSet>>
  let connection: Connection

  beforeEach(async () => {
    server = await startScriptedReplicaSet({ standalone: true })
    const options = { serverApi: { version: '1', strict: true } } as const
    connection = await mongoose.createConnection(server.uri, options).asPromise()
  })
  afterEach(async () => {
    await connection.close()
    server.close()
  })

  it('has no sessions: SESSION_UNSUPPORTED at once, what to do about it, and nothing stored', async () => {
    const { webhooks } = dispatcherOn(mongooseStorage(connection))
    const session = await connection.startSession()
    await expect(webhooks.dispatch('order.created', {}, { session })).rejects.toMatchObject({
      code: 'SESSION_UNSUPPORTED',
      message: expect.stringMatching(/standalone.*--replSet/),
    })
    const inserted = server.sent.filter(({ command }) => command['insert'] === 'webhookevents')
    expect(inserted).toEqual([])
    await session.endSession()
    await webhooks.stop()
  })

  it('has nothing to watch: it is asked for no change stream, and polling is left', async () => {
    const storage = mongooseStorage(connection)
    await storage.open()
    let hints = 0
    const unwatch = await storage.watch?.(() => void (hints += 1))
    await storage.events.unfanned({ now: 0, limit: 9 })
    await unwatch?.()
    expect(server.sent.filter(({ name }) => name === 'aggregate')).toEqual([])
    expect(hints).toBe(0)
  })
})
