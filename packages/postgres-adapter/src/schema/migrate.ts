import { InvalidOptionsError, WebhooksError } from '@swigs/webhooks-protocol'
import type { Database, Query } from '../drivers/database.js'
import { buildIndexes } from './build-indexes.js'
import { migrations, quoted, type Migration } from './migrations.js'

/** What is done about the schema at `open`. */
export type Migrate = 'auto' | 'check' | 'off'

/**
 * Brings the schema up to date, or checks that it is. Safe when several processes do it at once.
 * @throws WebhooksError with the code STORAGE_INVALID when a newer version of this package has made it.
 * @throws InvalidOptionsError when it is to be checked alone, and steps are missing.
 */
export const migrate = async (
  database: Database,
  schema: string,
  mode: Migrate,
  steps: readonly Migration[] = migrations(schema),
): Promise<void> => {
  if (mode === 'off') return
  const missing = await missingSteps(database.query, schema, steps)
  if (missing.length === 0) return
  if (mode === 'check')
    throw new InvalidOptionsError(
      `postgresStorage: the schema ${schema} lacks ${missing.map(({ version, name }) => `${version} (${name})`).join(', ')}. ` +
        "Run what migrations() answers, or leave migrate at 'auto'.",
    )
  for (const each of missing) await apply(database, schema, each)
}

const missingSteps = async (
  query: Query,
  schema: string,
  steps: readonly Migration[],
): Promise<Migration[]> => {
  const made = await madeVersions(query, schema)
  const newest = Math.max(0, ...made)
  const known = Math.max(...steps.map(({ version }) => version))
  if (newest > known)
    throw new WebhooksError(
      'STORAGE_INVALID',
      `The schema ${schema} is at version ${newest}, made by a newer version of this package, which knows ${known}. Update the package.`,
    )
  return steps.filter(({ version }) => !made.has(version))
}

const madeVersions = async (query: Query, schema: string): Promise<ReadonlySet<number>> => {
  // Asked of the catalogue itself: what a name stands for is remembered, and may have been made meanwhile.
  const [found] = await query<{ there: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relname = 'migrations') AS there`,
    [schema],
  )
  if (!found?.there) return new Set()
  const rows = await query<{ version: number }>(`SELECT version FROM ${quoted(schema)}.migrations`)
  return new Set(rows.map(({ version }) => version))
}

const apply = async (database: Database, schema: string, wanted: Migration): Promise<void> => {
  if (wanted.concurrently.length > 0) await buildIndexes(database.query, schema, wanted.concurrently)
  await database.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock(hashtext($1))', [`swigs-webhooks migrations of ${schema}`])
    // Another process may have made it while this one waited, and more.
    if ((await madeVersions(query, schema)).has(wanted.version)) return
    for (const statement of statementsOf(wanted.sql)) await query(statement)
  })
}

/** One statement at a time, as the extended protocol has it: a `;` at a line's end ends one, but for those within `$$`. */
const statementsOf = (sql: string): string[] =>
  sql
    .split('$$')
    .map((part, index) => (index % 2 ? part : part.replace(/;\n/g, '\u0000')))
    .join('$$')
    .split('\u0000')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
