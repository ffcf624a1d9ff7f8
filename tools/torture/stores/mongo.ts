import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import mongoose from 'mongoose'
import { startOwnMongo } from '../../mongo-server/start-mongo.js'
import { MONGO_WAYS, type OwnMongo } from '../../mongo-server/test-mongo.js'
import { withDatabase } from '../../mongo-server/with-database.js'
import { openStorage } from './mongo-module.js'
import { killedAndBack, type StoreTrouble, type TortureBed, type TortureStore } from './store.js'

const troublesOf = (server: OwnMongo, uri: string): StoreTrouble[] => [
  killedAndBack(server),
  {
    name: 'the server stands still',
    weight: 3,
    run: async (random) => {
      const goOn = server.pause()
      await sleep(random.int(300, 7_000))
      goOn()
    },
  },
  {
    name: 'a document is broken, and mended',
    weight: 3,
    run: async (random, victim) => {
      const connection = await mongoose.createConnection(uri).asPromise()
      const subscriptions = connection.collection('webhooksubscriptions')
      const one = { _id: new mongoose.Types.ObjectId(victim) }
      const sound = await subscriptions.findOne(one)
      await subscriptions.updateOne(one, { $set: { events: 5, url: { not: 'text' } } })
      await sleep(random.int(200, 2_000))
      await subscriptions.updateOne(one, { $set: { events: sound?.['events'], url: sound?.['url'] } })
      await connection.close()
    },
  },
]

export const mongoBed = async (): Promise<TortureBed> => {
  const server = await startOwnMongo({ durable: true })
  if (!server) throw new Error(`There is no MongoDB that may be killed: ${MONGO_WAYS}.`)
  return {
    kind: `MongoDB: ${server.kind}${server.program.family === 'secantusd' ? ', --sync-on-commit' : ''}`,
    ownClock: true,
    exactStatistics: false,
    fresh: async (): Promise<TortureStore> => {
      const uri = withDatabase(server.uri, `torture-${randomUUID().slice(0, 8)}`)
      return {
        shared: {
          storageModule: new URL('mongo-module.ts', import.meta.url).href,
          location: uri,
          open: () => openStorage(uri),
          cleanup: async () => {
            const connection = await mongoose.createConnection(uri).asPromise()
            await connection.dropDatabase()
            await connection.close()
          },
        },
        troubles: troublesOf(server, uri),
      }
    },
    stop: () => server.stop(),
  }
}
