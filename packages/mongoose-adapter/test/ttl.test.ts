import { expect, inject } from 'vitest'
import { runProgram } from '../../../tools/mongo-server/run-program.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { collectionsOn } from './fixtures.js'
import { describeOnMongo, freshDatabase, itNeeds } from './support.js'

/** Where documents are deleted every second, if that server is ours: the one that the tests share deletes nothing. */
const startServer = async () => {
  const program = inject('mongo')?.program
  return program ? runProgram(program, { ttl: true }) : null
}

describeOnMongo('the TTL index', () => {
  itNeeds('ttl', 'lets MongoDB delete what has settled, and nothing else', async ({ onTestFinished }) => {
    const server = await startServer()
    const { connection, cleanup } = await freshDatabase(server?.uri)
    onTestFinished(async () => {
      await cleanup()
      await server?.stop()
    })
    const storage = mongooseStorage(connection)
    await storage.open({ retentionMs: 60_000 })
    const { deliveries } = collectionsOn(connection)
    const row = (_id: string, state: number, doneAt?: Date) => ({ _id, state, ...(doneAt && { doneAt }) })
    const longAgo = new Date('2020-01-01')
    const tomorrow = new Date(Date.now() + 86_400_000)
    await deliveries.insertMany([
      row('settled', 1, longAgo),
      row('fresh', 1, tomorrow),
      row('pending', 0),
    ] as never)
    const left = async () => (await deliveries.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)
    // A server that is not ours looks once a minute.
    await expect.poll(left, { timeout: 240_000 }).toEqual(['fresh', 'pending'])
  })
})
