import type { Database } from '../database/database.js'
import type { Value } from '../drivers/driver.js'
import { inRows } from './in-rows.js'

/** What ended lately is brought into the order of subscriptions when it is so many: a list looks through it until then. */
const AT_ONCE = 2_000

/** Within a write: what ended, by `(created_at, event, sub)`, is to be found by its subscription. */
export const noteEnded = (database: Database, places: readonly (readonly Value[])[]): void =>
  inRows(places, (rows, bound) => {
    database.sql(`INSERT INTO ended_lately (created_at, event, sub) VALUES ${rows}`).run(...bound)
  })

/** Within a write: sorts what ended lately into the order of subscriptions, when there is enough of it. */
export const sortEnded = (database: Database): void => {
  const first = database.sql('SELECT min(seq) AS seq FROM ended_lately').get()?.['seq'] ?? null
  const last = database.sql('SELECT max(seq) AS seq FROM ended_lately').get()?.['seq'] ?? null
  if (Number(last) - Number(first) < AT_ONCE - 1) return
  database
    .sql(
      `INSERT OR IGNORE INTO ended_of SELECT DISTINCT l.sub, l.created_at, l.event FROM ended_lately l
       JOIN ended d ON d.created_at = l.created_at AND d.event = l.event AND d.sub = l.sub
       ORDER BY l.sub, l.created_at, l.event`,
    )
    .run()
  database.sql('DELETE FROM ended_lately').run()
}
