import { binaries } from './binaries.js'
import { runServer, type OwnPostgres } from './run-server.js'

/** A PostgreSQL for tests and examples. */
export type TestPostgres = Pick<OwnPostgres, 'uri' | 'kind' | 'stop'>

/** The one that `POSTGRES_URI` names, else one of our own. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const uri = process.env['POSTGRES_URI']
  return uri ? { uri, kind: 'POSTGRES_URI', stop: async () => undefined } : startOwnPostgres()
}

/**
 * One of our own, which may be killed: the first that runs here of what npm brought and what this machine has.
 * @throws Error when none does: no test is skipped over it.
 */
export const startOwnPostgres = async (): Promise<OwnPostgres> => {
  for (const found of binaries()) {
    const server = await runServer(found)
    if (server) return server
  }
  throw new Error(
    'No PostgreSQL runs here: set POSTGRES_URI, run npm ci again, or install PostgreSQL 13 or later.',
  )
}
