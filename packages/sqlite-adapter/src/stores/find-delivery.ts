import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'

/** A delivery that is there, and which table has it. */
export interface Found {
  readonly table: 'pending' | 'ended'
  readonly row: Row
}

/** Events and subscriptions that an id may be made of: either may hold underscores itself. */
function* readings(database: Database, id: string): Generator<{ eventIds: string[]; sub: number }> {
  if (!id.startsWith('dlv_')) return
  for (let at = id.indexOf('_', 4); at !== -1; at = id.indexOf('_', at + 1)) {
    const sub = database.names.numberOf(id.slice(at + 1))
    if (sub !== null) yield { eventIds: eventIdsOf(id.slice(4, at)), sub }
  }
}

/** `deliveryId` leaves out the `evt_` of an event's id, where it has one. */
export const eventIdsOf = (part: string): [string, string] => [`evt_${part}`, part]

const select = (table: Found['table']): string =>
  `SELECT d.*, e.id AS event_id, e.type, e.site FROM events e
   JOIN fan_outs f ON f.event = e.n
   JOIN ${table} d ON d.created_at = f.created_at AND d.event = f.event AND d.sub = ?
   WHERE e.id = ?`

/** Finds a delivery by its id, in the tables that are asked for. */
export const findDelivery = (
  database: Database,
  id: string,
  tables: readonly Found['table'][] = ['pending', 'ended'],
): Found | null => {
  for (const { eventIds, sub } of readings(database, id))
    for (const eventId of eventIds)
      for (const table of tables) {
        const row = database.sql(select(table)).get(sub, eventId)
        if (row) return { table, row }
      }
  return null
}
