import type { SubscriptionStore } from '@swigs/webhooks-dispatcher'
import type { mongo } from 'mongoose'
import type { Collections } from '../collections.js'
import type { SubscriptionDocument } from '../documents.js'
import { guarded } from '../errors.js'
import { fromPatch, fromSubscription, toObjectId, toSubscription } from '../mapping.js'

const NEWEST = { createdAt: -1, _id: -1 } as const

export const mongoSubscriptions = (at: () => Collections): SubscriptionStore => {
  const page = async (filter: mongo.Filter<SubscriptionDocument>, limit: number) =>
    limit > 0 ? at().subscriptions.find(filter).sort(NEWEST).limit(limit).toArray() : []

  return {
    insert: async (subscription) =>
      guarded('subscriptions.insert', async () => {
        const document = { _id: new (at().ObjectId)(), ...fromSubscription(at(), subscription) }
        await at().subscriptions.insertOne(document)
        return toSubscription(document)
      }),
    get: async (ids) =>
      guarded('subscriptions.get', async () => {
        const known = ids.flatMap((id) => toObjectId(at(), id) ?? [])
        if (known.length === 0) return []
        return (
          await at()
            .subscriptions.find({ _id: { $in: known } })
            .toArray()
        ).map(toSubscription)
      }),
    list: async ({ after, limit }) =>
      guarded('subscriptions.list', async () => {
        if (after === null) return (await page({}, limit)).map(toSubscription)
        const id = toObjectId(at(), after.id)
        const createdAt = new Date(after.at)
        const ties = id ? await page({ createdAt, _id: { $lt: id } }, limit) : []
        const older = await page({ createdAt: { $lt: createdAt } }, limit - ties.length)
        return [...ties, ...older].map(toSubscription)
      }),
    matching: async (patterns) =>
      guarded('subscriptions.matching', async () => {
        const found = await at()
          .subscriptions.find({ events: { $in: patterns.map(String) } })
          .toArray()
        // Active is the default of the seed's model, and no field in a document that it has not written.
        return found.map(toSubscription).filter(({ isActive }) => isActive)
      }),
    update: async ({ id, patch, now }) =>
      guarded('subscriptions.update', async () => {
        const _id = toObjectId(at(), id)
        if (!_id) return null
        const $set = { ...fromPatch(at(), patch), updatedAt: new Date(now) }
        const options = { returnDocument: 'after' } as const
        const updated = await at().subscriptions.findOneAndUpdate({ _id }, { $set }, options)
        return updated ? toSubscription(updated) : null
      }),
    remove: async (id) =>
      guarded('subscriptions.remove', async () => {
        const _id = toObjectId(at(), id)
        return _id ? (await at().subscriptions.deleteOne({ _id })).deletedCount > 0 : false
      }),
  }
}
