import type { FanOutInput, NewDelivery } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import { chunks } from './chunks.js'
import { insertPending } from './pending.js'
import type { Sliced } from './verb.js'
import { wakeLanes } from './wake-lanes.js'

/** Deliveries, lanes and marks that are written before others may come between. */
const SLICE = 500

/** Deliveries of one event that differ by their subscription alone, as they mostly are. */
interface Alike extends Omit<NewDelivery, 'id' | 'subscriptionId'> {
  readonly subscriptionIds: readonly string[]
}

/** Inserts the deliveries, wakes their lanes, marks the events: in this order, and any prefix may be repeated. */
export function* fanOut(
  database: Database,
  { now, eventIds, deliveries, announce = false }: FanOutInput,
): Sliced<void> {
  for (const alike of alikes(deliveries))
    for (const subscriptionIds of chunks(alike.subscriptionIds, SLICE)) {
      insertAlike(database, { ...alike, subscriptionIds }, now)
      yield
    }
  const lanes = [...new Set(deliveries.map(({ subscriptionId }) => subscriptionId))]
  for (const subscriptionIds of chunks(lanes, SLICE)) {
    wakeLanes(database, subscriptionIds, now)
    yield
  }
  const mark = database.sql('DELETE FROM unfanned WHERE event = (SELECT n FROM events WHERE id = ?)')
  for (const id of eventIds) mark.run(id)
  if (announce) database.tally({ announced: 1 })
}

const alikes = (deliveries: readonly NewDelivery[]): Iterable<Alike> => {
  const groups = new Map<string, Alike & { subscriptionIds: string[] }>()
  for (const { eventId, dueAt, createdAt, once, subscriptionId } of deliveries) {
    const key = `${dueAt} ${createdAt} ${once} ${eventId}`
    const group = groups.get(key)
    if (group) group.subscriptionIds.push(subscriptionId)
    else groups.set(key, { eventId, dueAt, createdAt, once, subscriptionIds: [subscriptionId] })
  }
  return groups.values()
}

const insertAlike = (
  database: Database,
  { eventId, dueAt, createdAt, once, subscriptionIds }: Alike,
  now: number,
): void => {
  const row = database.sql('SELECT n FROM events WHERE id = ?').get(eventId)
  if (!row) return
  const event = Number(row['n'])
  const subs = subscriptionIds.map((id) => database.names.make(id))
  insertPending(database, { event, subs, dueAt, createdAt, once, now })
}
