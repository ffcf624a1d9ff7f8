import { downloadedMongod, installedMongod } from './mongod.js'
import { runProgram, type RunOptions } from './run-program.js'
import { pythonServer, rustServer } from './secantus.js'
import type { MongoProgram, OwnMongo, TestMongo } from './test-mongo.js'

/** How a MongoDB is started. */
export interface StartOptions extends RunOptions {
  /** Whether what is missing may be fetched; default yes. */
  readonly mayInstall?: boolean
}

/** The programs to try, in turn; each is looked for when those before it did not do. */
const looks: readonly ((mayInstall: boolean) => Promise<MongoProgram | null> | MongoProgram | null)[] = [
  installedMongod,
  downloadedMongod,
  rustServer,
  pythonServer,
]

/**
 * The first of these that works: `MONGODB_URI` · a `mongod` on the PATH or at `MONGOMS_SYSTEM_BINARY` · one that
 * mongodb-memory-server has or downloads · SecantusDB's `secantusd-rs`, on the PATH or built before · SecantusDB's server in Python,
 * in a virtual environment that is made once. Each of ours as a one-node replica set. `null` when none does.
 */
export const startMongo = async (options: StartOptions = {}): Promise<TestMongo | null> =>
  fromEnvironment() ?? startOwnMongo(options)

/** As `startMongo`, but never the one of `MONGODB_URI`: for tests that kill it. */
export const startOwnMongo = async ({
  mayInstall = true,
  ...options
}: StartOptions = {}): Promise<OwnMongo | null> => {
  for (const look of looks) {
    const program = await look(mayInstall)
    const started = program && (await runProgram(program, options))
    if (started) return started
  }
  return null
}

const fromEnvironment = (): TestMongo | null => {
  const uri = process.env['MONGODB_URI']
  return uri ? { uri, kind: 'MONGODB_URI', program: null, stop: async () => undefined } : null
}
