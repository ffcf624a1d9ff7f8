import mongoose from 'mongoose'
import type { Storage } from '@swigs/webhooks-dispatcher'
import { mongooseStorage } from '../src/mongoose-storage.js'

/** How another process opens the storage under test: `location` is the address with the database in it. */
export const openStorage = async (location: string): Promise<Storage> => {
  const connection = await mongoose
    .createConnection(location, { serverSelectionTimeoutMS: 5_000 })
    .asPromise()
  return mongooseStorage(connection)
}
