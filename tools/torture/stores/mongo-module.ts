import type { WorkerSettings } from '@swigs/webhooks-dispatcher/processes'
import { mongooseStorage } from '@swigs/webhooks-mongoose-adapter'
import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import mongoose from 'mongoose'
import { tempered } from '../temper.js'

export { ownOptions } from '../temper.js'

export const openStorage = async (uri: string, settings?: WorkerSettings) => {
  const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: 2_000 })
  await connection.asPromise().catch(async (error: Error) => {
    await connection.destroy()
    throw new StorageUnavailableError(`MongoDB is away: ${error.message}`)
  })
  return tempered(
    mongooseStorage(connection, { operationTimeoutMs: 5_000, logger: { warn: () => undefined } }),
    settings,
  )
}
