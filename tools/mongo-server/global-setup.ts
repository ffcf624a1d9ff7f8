import type { TestProject } from 'vitest/node'
import { startMongo } from './start-mongo.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the MongoDB of this run is; `null` when none could be had. */
    mongoUri: string | null
  }
}

/** Starts one MongoDB for the run, and says which. With `MONGO_TESTS=required`, none at all is a failure. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const mongo = await startMongo()
  if (!mongo && process.env['MONGO_TESTS'] === 'required')
    throw new Error(
      'MONGO_TESTS=required, and there is no MongoDB: set MONGODB_URI, or install mongod, or java and mvn.',
    )
  console.log(
    mongo
      ? `MongoDB for the tests: ${mongo.kind}`
      : 'No MongoDB for the tests: those that need one are skipped',
  )
  project.provide('mongoUri', mongo?.uri ?? null)
  return async () => mongo?.stop()
}
