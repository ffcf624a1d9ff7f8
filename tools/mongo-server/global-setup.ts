import type { TestProject } from 'vitest/node'
import { NO_ABILITIES, probeAbilities, type MongoAbilities } from './abilities.js'
import { startMongo } from './start-mongo.js'

/** The MongoDB of a run, as its tests see it. */
export interface ProvidedMongo {
  readonly uri: string
  readonly kind: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** The MongoDB of this run; `null` when none could be had. */
    mongo: ProvidedMongo | null
    mongoAbilities: MongoAbilities
  }
}

const WAYS = 'set MONGODB_URI, or install mongod, or java and mvn'

/** Starts one MongoDB for the run, and says which. With `MONGO_TESTS=required`, none at all is a failure. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const mongo = await startMongo()
  if (!mongo && process.env['MONGO_TESTS'] === 'required')
    throw new Error(`MONGO_TESTS=required, and there is no MongoDB: ${WAYS}.`)
  const abilities = mongo ? await probeAbilities(mongo.uri) : NO_ABILITIES
  const lacks = Object.entries(abilities).flatMap(([name, able]) => (able ? [] : [name]))
  console.log(
    mongo
      ? `MongoDB for the tests: ${mongo.kind}${lacks.length > 0 ? `; it has no ${lacks.join(', ')}` : ''}`
      : `NO MONGODB: every test on it is skipped, by name. ${WAYS}`,
  )
  project.provide('mongo', mongo && { uri: mongo.uri, kind: mongo.kind })
  project.provide('mongoAbilities', abilities)
  return async () => mongo?.stop()
}
