import mongoose from 'mongoose'
import type { Collections } from '../src/collections.js'

type Verb = 'insertOne' | 'insertMany' | 'updateMany' | 'bulkWrite' | 'find'
type Lossy = 'events' | 'deliveries' | 'attempts' | 'lanes' | 'subscriptions' | 'metrics' | 'metricsCalls'

/** What a driver throws when the socket dies: no code, no label. */
export const deadSocket = () => new mongoose.mongo.MongoNetworkError('connection 7 to 127.0.0.1:27017 closed')

/**
 * The same collections, on a wire that loses the answer to one verb of one of them, once: the server has done what was asked,
 * and the driver says that the connection broke.
 */
export const losingAnswer = (collections: Collections, name: Lossy, verb: Verb): Collections => {
  let lost = false
  const collection = new Proxy(collections[name] as object, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function') return value
      const method = value.bind(target) as (...args: unknown[]) => unknown
      if (property !== verb || lost) return method
      return async (...args: unknown[]) => {
        lost = true
        // Duplicates among it are in the answer, too.
        await Promise.resolve(method(...args)).catch(() => undefined)
        throw deadSocket()
      }
    },
  })
  return { ...collections, [name]: collection }
}
