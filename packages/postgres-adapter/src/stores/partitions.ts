import type { Query } from '../drivers/database.js'
import type { At } from './at.js'

const PREFIX = 'settled_'

/** The partition of a day, as SQL has it. */
export const tableOf = (schema: string, day: number): string => `${schema}."${PREFIX}${day}"`

/** Makes the partitions that are not there yet, of the days of deliveries that are pending. */
export const makePartitions = async ({ database, schema }: At, ids: readonly string[]): Promise<void> => {
  const rows = await database.query<{ day: number }>(
    `SELECT DISTINCT day FROM ${schema}.pending WHERE id IN (SELECT json_array_elements_text($1::text::json)) ORDER BY day`,
    [JSON.stringify(ids)],
  )
  await database.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock(hashtext($1))', [`swigs-webhooks partitions of ${schema}`])
    const made = new Set(await partitionDays({ schema, query }))
    for (const { day } of rows) {
      const table = tableOf(schema, day)
      if (made.has(day)) continue
      // Attached and not made as one: that would wait for everyone who reads or writes what is settled.
      await query(`CREATE TABLE ${table} (LIKE ${schema}.settled INCLUDING ALL)`)
      await query(`ALTER TABLE ${schema}.settled ATTACH PARTITION ${table} FOR VALUES IN (${day})`)
    }
  })
}

/** The days that have a partition. */
export const partitionDays = async ({
  schema,
  query,
}: {
  schema: string
  query: Query
}): Promise<number[]> => {
  const rows = await query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = to_regclass($1)`,
    [`${schema}.settled`],
  )
  return rows.map(({ name }) => Number(name.slice(PREFIX.length)))
}
