import type { Position } from '@swigs/webhooks-dispatcher'
import type { Database } from '../database.js'
import type { Row } from '../drivers/driver.js'

interface Listing {
  readonly after: Position | null
  readonly limit: number
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** One page of a table by `(instant, id)`, newest first. Column names come from this package, values are bound. */
export const newestFirst = (
  database: Database,
  table: 'events' | 'deliveries',
  instant: 'accepted_at' | 'created_at',
  { after, limit, since, until }: Listing,
  equals: Readonly<Record<string, string | number | undefined>>,
): Row[] => {
  const conditions: string[] = []
  const values: (string | number)[] = []
  const where = (condition: string, ...bound: (string | number)[]) => {
    conditions.push(condition)
    values.push(...bound)
  }
  // A number stands in the text: only then does SQLite see which partial index it is in.
  for (const [column, value] of Object.entries(equals))
    if (typeof value === 'number') where(`${column} = ${Math.trunc(value)}`)
    else if (value !== undefined) where(`${column} = ?`, value)
  if (since !== undefined) where(`${instant} >= ?`, since)
  if (until !== undefined) where(`${instant} < ?`, until)
  if (after) where(`(${instant}, id) < (?, ?)`, after.at, after.id)
  const clause = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  return database
    .sql(`SELECT * FROM ${table} ${clause} ORDER BY ${instant} DESC, id DESC LIMIT ?`)
    .all(...values, limit)
}
