import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { moveDelivery } from './move-delivery.js'
import { moveEvent, moveLane, moveSubscription } from './move-others.js'

/** Rows moved in one transaction. */
const SLICE = 500

/** How the rows of a table of schema 2 are moved, in this order: deliveries need their events. */
const MOVES = [
  ['subscriptions', 'subscription', 'id', moveSubscription],
  ['lanes', 'lane', 'subscription_id', moveLane],
  ['events', 'event', 'id', moveEvent],
  ['deliveries', 'delivery', 'id', moveDelivery],
] as const

const old = (table: string): string => `schema_2_${table}`

/** Within a write: gives the tables of schema 1 or 2 other names, so that those of this schema can stand beside them. */
export const setAside = (database: Database): void => {
  for (const trigger of ['settled_change', 'settled_delete'])
    database.exec(`DROP TRIGGER IF EXISTS ${trigger}`)
  for (const table of ['settled', 'subscription_events']) database.exec(`DROP TABLE IF EXISTS ${table}`)
  for (const [table] of MOVES) database.exec(`ALTER TABLE ${table} RENAME TO ${old(table)}`)
  database.exec('CREATE TABLE unmoved (noun TEXT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL) STRICT')
}

/**
 * Moves what a file of schema 1 or 2 holds, a slice at a time: a row is in its old table or in its new one, whenever this is cut
 * off, and goes on from there. Several processes may do it at once, and others use what is moved already.
 */
export function* moveOldRows(database: Database): Generator<undefined> {
  for (const [table, noun, key, move] of MOVES) {
    for (const index of indexesOf(database, table)) {
      database.exec(`DROP INDEX IF EXISTS ${index}`)
      yield
    }
    while (exists(database, table)) {
      const rows = database.sql(`SELECT * FROM ${old(table)} LIMIT ${SLICE}`).all()
      for (const row of rows) {
        moveOne(database, row, { noun, id: String(row[key]) }, move)
        database.sql(`DELETE FROM ${old(table)} WHERE ${key} = ?`).run(row[key] ?? null)
      }
      if (rows.length < SLICE) database.exec(`DROP TABLE ${old(table)}`)
      yield
    }
  }
}

const exists = (database: Database, table: string): boolean =>
  database.sql("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(old(table)) !== undefined

/** Those that can be dropped; a slice deletes by the table's own key. */
const indexesOf = (database: Database, table: string): string[] =>
  database
    .sql("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL")
    .all(old(table))
    .map(({ name }) => String(name))

/** What cannot be read is kept as it was, in a table of its own, and said. */
const moveOne = (
  database: Database,
  row: Row,
  name: { noun: 'subscription' | 'lane' | 'event' | 'delivery'; id: string },
  move: (database: Database, row: Row) => void,
): void => {
  database.exec('SAVEPOINT move')
  try {
    move(database, row)
  } catch (error) {
    if (!isMalformed(error)) throw error
    database.names.forget()
    database.exec('ROLLBACK TO move')
    database.sql('INSERT INTO unmoved VALUES (?, ?, ?)').run(name.noun, name.id, JSON.stringify(row))
    database.malformed({
      ...name,
      problem: 'cannot be brought to this schema; it is kept in the table unmoved',
    })
  }
  database.exec('RELEASE move')
}

/** Our own findings have no code; of what SQLite refuses, these are the row's fault. */
const isMalformed = (error: unknown): boolean => {
  const { code, message = '' } = error as { code?: string; message?: string }
  return code === undefined || error instanceof TypeError || /constraint|datatype|cannot store/i.test(message)
}
