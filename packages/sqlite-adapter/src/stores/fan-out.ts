import type { Database } from '../database/database.js'
import { chunks } from './chunks.js'
import type { Alike, PackedFanOut } from './packed-deliveries.js'
import { insertPending } from './pending.js'
import type { Sliced } from './verb.js'
import { wakeLanes } from './wake-lanes.js'

/** Deliveries, lanes and marks that are written before others may come between. */
const SLICE = 500

/** Inserts the deliveries, wakes their lanes, marks the events: in this order, and any prefix may be repeated. */
export function* fanOut(
  database: Database,
  { now, eventIds, alike: groups, announce = false }: PackedFanOut,
): Sliced<void> {
  for (const alike of groups)
    for (const subscriptionIds of chunks(alike.subscriptionIds, SLICE)) {
      insertAlike(database, { ...alike, subscriptionIds }, now)
      yield
    }
  const lanes = [...new Set(groups.flatMap(({ subscriptionIds }) => subscriptionIds))]
  for (const subscriptionIds of chunks(lanes, SLICE)) {
    wakeLanes(database, subscriptionIds, now)
    yield
  }
  const mark = database.sql('DELETE FROM unfanned WHERE event = (SELECT n FROM events WHERE id = ?)')
  for (const id of eventIds) mark.run(id)
  if (announce) database.tally({ announced: 1 })
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
