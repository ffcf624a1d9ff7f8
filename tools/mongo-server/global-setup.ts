import type { TestProject } from 'vitest/node'
import { NO_ABILITIES, probeAbilities, type MongoAbilities } from './abilities.js'
import { startMongo } from './start-mongo.js'
import { MONGO_WAYS, type TestMongo } from './test-mongo.js'

/** The MongoDB of a run, as its tests see it. */
export type ProvidedMongo = Pick<TestMongo, 'uri' | 'kind' | 'program'>

declare module 'vitest' {
  export interface ProvidedContext {
    /** The MongoDB of this run; `null` when none could be had. */
    mongo: ProvidedMongo | null
    mongoAbilities: MongoAbilities
  }
}

/** The projects whose tests ask for a MongoDB; a run of others alone starts none. */
export const ON_MONGO: readonly string[] = [
  'packages/mongoose-adapter',
  'packages/admin',
  'examples/together',
]

/** Starts one MongoDB for all projects of a run, and says which. With `MONGO_TESTS=required`, none at all is a failure. */
export default async (root: TestProject): Promise<() => Promise<void>> => {
  const wanted = root.vitest.projects.some(({ name }) => ON_MONGO.includes(name))
  const mongo = wanted ? await startMongo() : null
  if (wanted && !mongo && process.env['MONGO_TESTS'] === 'required')
    throw new Error(`MONGO_TESTS=required, and there is no MongoDB: ${MONGO_WAYS}.`)
  const abilities = mongo ? await probeAbilities(mongo.uri) : NO_ABILITIES
  if (wanted) console.log(told(mongo, abilities))
  root.provide('mongo', mongo && { uri: mongo.uri, kind: mongo.kind, program: mongo.program })
  root.provide('mongoAbilities', abilities)
  return async () => mongo?.stop()
}

const told = (mongo: TestMongo | null, abilities: MongoAbilities): string => {
  if (!mongo) return `NO MONGODB: every test on it is skipped, by name. ${MONGO_WAYS}`
  const lacks = Object.entries(abilities).flatMap(([name, able]) => (able ? [] : [name]))
  return `MongoDB for the tests: ${mongo.kind}${lacks.length > 0 ? `; it has no ${lacks.join(', ')}` : ''}`
}
