import { fileURLToPath } from 'node:url'
import { has, tryInstalling } from './commands.js'
import type { MongoProgram } from './test-mongo.js'

const REACH_MS = 3_000
const DOWNLOAD_MS = 300_000

const program = (file: string): MongoProgram => ({
  family: 'mongod',
  kind: file,
  slow: false,
  command: [file],
})

/** The `mongod` on the PATH or at `MONGOMS_SYSTEM_BINARY`, if any. */
export const installedMongod = (): MongoProgram | null => {
  const file = process.env['MONGOMS_SYSTEM_BINARY'] ?? 'mongod'
  return has(file, '--version') ? program(file) : null
}

/**
 * The `mongod` that mongodb-memory-server has from before, or, where that is asked for and its server can be reached, downloads:
 * in a process of its own that can be ended, and once.
 */
export const downloadedMongod = async (mayDownload: boolean): Promise<MongoProgram | null> => {
  const reached = mayDownload && (await isReached())
  const script = fileURLToPath(new URL('locate-mongod.mjs', import.meta.url))
  const env = { MONGOMS_RUNTIME_DOWNLOAD: String(reached), MONGOMS_MAX_RETRIES: '1' }
  const found = tryInstalling('mongod', [process.execPath, script], { mostMs: DOWNLOAD_MS, env })
  return found ? program(found) : null
}

const isReached = (): Promise<boolean> => {
  const source = process.env['MONGOMS_DOWNLOAD_MIRROR'] ?? 'https://fastdl.mongodb.org'
  return fetch(source, { method: 'HEAD', signal: AbortSignal.timeout(REACH_MS) }).then(
    () => true,
    () => false,
  )
}
