import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { SubscriptionStore } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { SubscriptionDocument } from '../documents.js'
import { guarded, isDuplicate } from '../errors.js'
import { toObjectId } from '../mapping/ids.js'
import { fromPatch, fromSubscription } from '../mapping/subscription.js'
import type { StoreContext } from './context.js'
import { readSubscriptions, readUpTo, type PageOf } from './reading.js'

const NEWEST = { createdAt: -1, _id: -1 } as const

export const mongoSubscriptions = ({ at, report }: StoreContext): SubscriptionStore => {
  const read = (rows: readonly SubscriptionDocument[]) => readSubscriptions(rows, report)
  const newest =
    (filter: mongo.Filter<SubscriptionDocument>): PageOf<SubscriptionDocument> =>
    (skip, limit) =>
      at().subscriptions.find(filter).sort(NEWEST).skip(skip).limit(limit).toArray()

  return {
    insert: async (subscription) =>
      guarded('subscriptions.insert', async () => {
        const _id = toObjectId(at(), subscription.id)
        if (!_id)
          throw new InvalidOptionsError(
            'The id of a subscription on MongoDB is an ObjectId in hex: newSubscriptionId() makes one.',
          )
        const made = at().subscriptions.insertOne({ _id, ...fromSubscription(at(), subscription) })
        await made.catch(async (error: unknown) => {
          // An index of the app's own may refuse one, too.
          if (!isDuplicate(error) || !(await at().subscriptions.findOne({ _id }))) throw error
        })
      }),
    get: async (ids) =>
      guarded('subscriptions.get', async () => {
        const known = ids.flatMap((id) => toObjectId(at(), id) ?? [])
        if (known.length === 0) return []
        const found = at().subscriptions.find({ _id: { $in: known } })
        return read(await found.toArray())
      }),
    list: async ({ after, limit }) =>
      guarded('subscriptions.list', async () => {
        if (after === null) return readUpTo(limit, read, newest({}))
        const id = toObjectId(at(), after.id)
        const createdAt = new Date(after.at)
        const ties = id ? [newest({ createdAt, _id: { $lt: id } })] : []
        return readUpTo(limit, read, ...ties, newest({ createdAt: { $lt: createdAt } }))
      }),
    matching: async (patterns) =>
      guarded('subscriptions.matching', async () => {
        const found = at().subscriptions.find({ events: { $in: patterns.map(String) } })
        // Active is the default of the seed's model, and no field in a document that it has not written.
        return read(await found.toArray()).filter(({ isActive }) => isActive)
      }),
    update: async ({ id, patch, now, expected }) =>
      guarded('subscriptions.update', async () => {
        const _id = toObjectId(at(), id)
        if (!_id) return null
        const filter = {
          _id,
          ...(expected?.url !== undefined && { url: expected.url }),
          ...(expected?.secret !== undefined && { appSecret: expected.secret }),
          // Documents of others, and of earlier versions, have none.
          ...(expected?.health !== undefined && {
            'health.revision': expected.health === 0 ? { $in: [0, null] } : expected.health,
          }),
          ...(expected?.failingSince !== undefined && {
            'stats.failingSince': new Date(expected.failingSince),
          }),
        }
        const $set = { ...fromPatch(at(), patch), updatedAt: new Date(now) }
        const options = { returnDocument: 'after' } as const
        const updated = await at().subscriptions.findOneAndUpdate(filter, { $set }, options)
        return (updated && read([updated])[0]) ?? null
      }),
    remove: async (id) =>
      guarded('subscriptions.remove', async () => {
        const _id = toObjectId(at(), id)
        if (_id) await at().subscriptions.deleteOne({ _id })
      }),
  }
}
