import type { EventStore } from '@swigs/webhooks-dispatcher'
import type { mongo } from 'mongoose'
import type { Collections } from '../collections.js'
import type { EventDocument } from '../documents.js'
import { callNames, type CallName } from '../call-names.js'
import { duplicatesOf, guarded, inSession } from '../errors.js'
import { fromEvent, fromNewDelivery, toEvent } from '../mapping.js'
import { listNewest } from './list-newest.js'
import { wakeLanes } from './wake-lanes.js'

export const mongoEvents = (
  at: () => Collections,
  checkSession: (session: unknown) => mongo.ClientSession,
): EventStore => {
  const callOf = callNames()

  return {
    append: async (input) => {
      const { events, visibleAt, session } = input
      const documents = events.map((event) => fromEvent(event, visibleAt))
      if (documents.length === 0) return []
      if (session === undefined)
        return guarded('append', () => insertNew(at().events, documents, callOf(input)))
      // The caller's transaction, and nothing of ours in it but an insert for each: one, as dispatch calls it.
      const held = checkSession(session)
      for (const document of documents)
        await inSession('append', () => at().events.insertOne(document, { session: held }))
      return documents.map(() => true)
    },
    unfanned: async ({ now, limit }) =>
      guarded('pendingEvents', async () => {
        const unfanned = at().events.find({ state: 0, visibleAt: { $lte: now } })
        return (await unfanned.sort({ visibleAt: 1 }).limit(limit).toArray()).map(toEvent)
      }),
    fanOut: async ({ now, eventIds, deliveries }) =>
      guarded('fanOut', async () => {
        if (deliveries.length > 0) {
          const documents = deliveries.map(fromNewDelivery)
          await at().deliveries.insertMany(documents, { ordered: false }).catch(duplicatesOf)
          await wakeLanes(at().lanes, [...new Set(documents.map(({ lane }) => lane))], now)
        }
        if (eventIds.length > 0)
          await at().events.updateMany({ _id: { $in: [...eventIds] } }, { $set: { state: 1 } })
      }),
    get: async (eventIds) =>
      guarded('events.get', async () => {
        const found = await at()
          .events.find({ _id: { $in: eventIds.map(String) } })
          .toArray()
        return found.map(toEvent)
      }),
    list: async ({ type, siteId, ...query }) =>
      guarded('events.list', async () => {
        const equals = {
          ...(type !== undefined && { type: String(type) }),
          ...(siteId !== undefined && { siteId: String(siteId) }),
        }
        return (await listNewest(at().events, 'acceptedAt', query, equals)).map(toEvent)
      }),
  }
}

/** Answers for each whether it was new: a duplicate is one that another call stored before. */
const insertNew = async (
  collection: mongo.Collection<EventDocument>,
  documents: readonly EventDocument[],
  { id: appendedBy, repeated }: CallName,
): Promise<boolean[]> => {
  const marked = documents.map((document) => ({ ...document, appendedBy }))
  const inserted = collection.insertMany(marked, { ordered: false })
  const known = await inserted.then(() => new Set<number>(), duplicatesOf)
  if (known.size === 0 || !repeated) return documents.map((_document, index) => !known.has(index))
  // The answer to the first try was lost: what that stored is this call's own.
  const ids = documents.map(({ _id }) => _id)
  const own = collection.find({ _id: { $in: ids }, appendedBy }).project<{ _id: string }>({ _id: 1 })
  const ours = new Set((await own.toArray()).map(({ _id }) => _id))
  return ids.map((id) => ours.delete(id))
}
