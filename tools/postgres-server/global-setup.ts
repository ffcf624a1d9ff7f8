import type { TestProject } from 'vitest/node'
import { startPostgres, type TestPostgres } from './start-postgres.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The PostgreSQL of this run. */
    postgresUri: string
  }
}

interface Shared {
  server: Promise<TestPostgres> | null
  users: number
}

// Each project loads this file anew: what they share is in a place of the process.
const place = globalThis as { [key: symbol]: Shared | undefined }
const KEY = Symbol.for('swigs-webhooks.postgres-server')

/** One PostgreSQL for all projects of a run that ask for one; a run of others starts none. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const shared = (place[KEY] ??= { server: null, users: 0 })
  shared.users += 1
  const first = shared.server === null
  const server = await (shared.server ??= startPostgres())
  if (first) console.log(`PostgreSQL for the tests: ${server.kind}`)
  project.provide('postgresUri', server.uri)
  return async () => {
    shared.users -= 1
    if (shared.users > 0) return
    shared.server = null
    await server.stop()
  }
}
