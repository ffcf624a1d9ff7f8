import { randomUUID } from 'node:crypto'
import { describe, inject } from 'vitest'
import { MONGO_WAYS } from '../../../tools/mongo-server/test-mongo.js'
import { withDatabase } from '../../../tools/mongo-server/with-database.js'

const server = inject('mongo')

/** A database of its own on the MongoDB of this run. */
export const freshMongoUri = (): string =>
  withDatabase(server?.uri ?? '', `example-${randomUUID().slice(0, 13)}`)

/** Tests that need a MongoDB; without one they are skipped under their names, with the reason. */
export const describeOnMongo = (name: string, tests: () => void): void => {
  const missing = server === null ? ` (not here: no MongoDB: ${MONGO_WAYS})` : ''
  describe.skipIf(server === null)(`${name}${missing}`, tests)
}

/** Whether this run's MongoDB has transactions. */
export const transactions = inject('mongoAbilities').transactions
