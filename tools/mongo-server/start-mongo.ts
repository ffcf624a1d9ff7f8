import { startJavaServer } from './java-server.js'
import { downloadedMongod, installedMongod, startMongod } from './mongod.js'
import type { TestMongo } from './test-mongo.js'

export type { TestMongo } from './test-mongo.js'

/**
 * The first of these that works: `MONGODB_URI` · a `mongod` on the PATH or at `MONGOMS_SYSTEM_BINARY` · one that
 * mongodb-memory-server has or downloads · mongo-java-server through Maven, where `mvn` and `java` exist. The second and third
 * as a one-node replica set. `null` when none does.
 */
export const startMongo = async (): Promise<TestMongo | null> => fromEnvironment() ?? startOwnMongo()

/** As `startMongo`, but never the one of `MONGODB_URI`: for tests that kill it. */
export const startOwnMongo = async (): Promise<TestMongo | null> =>
  (await startBinary(installedMongod())) ??
  (await startBinary(await downloadedMongod())) ??
  (await startJavaServer())

const startBinary = async (binary: string | null): Promise<TestMongo | null> =>
  binary === null ? null : startMongod(binary)

const fromEnvironment = (): TestMongo | null => {
  const uri = process.env['MONGODB_URI']
  return uri ? { uri, kind: 'MONGODB_URI', durable: true, power: null, stop: async () => undefined } : null
}
