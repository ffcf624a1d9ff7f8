import type { EventStore } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { EventDocument } from '../documents.js'
import { duplicatesOf, guarded, inSession } from '../errors.js'
import { fromNewDelivery } from '../mapping/delivery.js'
import { fromEvent } from '../mapping/event.js'
import type { StoreContext } from './context.js'
import { listNewest } from './list-newest.js'
import { readEvents, readUpTo } from './reading.js'
import { wakeLanes } from './wake-lanes.js'

export const mongoEvents = (
  context: StoreContext,
  checkSession: (session: unknown) => mongo.ClientSession,
): EventStore => {
  const { at, report } = context
  const read = (rows: readonly EventDocument[]) => readEvents(rows, report)

  return {
    append: async ({ callId, events, visibleAt, session }) => {
      const documents = events.map((event) => fromEvent(event, visibleAt))
      if (documents.length === 0) return []
      if (session === undefined) return guarded('append', () => insertNew(at().events, documents, callId))
      // The caller's transaction, and nothing of ours in it but an insert for each: one, as dispatch calls it.
      const held = checkSession(session)
      for (const document of documents)
        await inSession('append', () => at().events.insertOne(document, { session: held }))
      return documents.map(() => true)
    },
    unfanned: async ({ now, limit }) =>
      guarded('unfanned', () =>
        readUpTo(limit, read, (skip, rows) =>
          at()
            .events.find({ state: 0, sweepAt: { $lte: now } })
            .sort({ sweepAt: 1 })
            .skip(skip)
            .limit(rows)
            .toArray(),
        ),
      ),
    fanOut: async ({ now, eventIds, deliveries, announce = false }) =>
      guarded('fanOut', async () => {
        if (deliveries.length > 0) {
          const documents = deliveries.map(fromNewDelivery)
          await at().deliveries.insertMany(documents, { ordered: false }).catch(duplicatesOf)
          await wakeLanes(context, [...new Set(documents.map(({ lane }) => lane))], now)
        }
        if (eventIds.length === 0) return
        // Last, so that whoever is told finds lanes that are due; and of work alone.
        const told = announce && deliveries.length > 0 ? { announcedAt: now } : {}
        await at().events.updateMany({ _id: { $in: [...eventIds] } }, { $set: { state: 1, ...told } })
      }),
    get: async (eventIds) =>
      guarded('events.get', async () => {
        const found = at().events.find({ _id: { $in: eventIds.map(String) } })
        return read(await found.toArray())
      }),
    list: async ({ type, siteId, limit, ...query }) =>
      guarded('events.list', () => {
        const equals = {
          ...(type !== undefined && { type: String(type) }),
          ...(siteId !== undefined && { siteId: String(siteId) }),
        }
        return readUpTo(limit, read, ...listNewest(at().events, 'acceptedAt', query, { equals }))
      }),
  }
}

/** Answers for each whether this call has stored it, now or when it was made before. */
const insertNew = async (
  collection: mongo.Collection<EventDocument>,
  documents: readonly EventDocument[],
  appendedBy: string,
): Promise<boolean[]> => {
  const marked = documents.map((document) => ({ ...document, appendedBy }))
  const inserted = collection.insertMany(marked, { ordered: false })
  const known = await inserted.then(() => new Set<number>(), duplicatesOf)
  const ids = documents.map(({ _id }) => _id)
  const ours = new Set(ids.filter((_id, index) => !known.has(index)))
  if (known.size > 0) {
    const there = ids.filter((_id, index) => known.has(index))
    const own = collection.find({ _id: { $in: there }, appendedBy }).project<{ _id: string }>({ _id: 1 })
    for (const { _id } of await own.toArray()) ours.add(_id)
  }
  // An id that the call brings twice is answered once.
  return ids.map((id) => ours.delete(id))
}
