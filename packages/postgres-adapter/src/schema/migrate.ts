import { InvalidOptionsError, WebhooksError } from '@swigs/webhooks-protocol'
import type { Database, Query } from '../drivers/database.js'
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
  const [found] = await query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    `${quoted(schema)}.migrations`,
  ])
  if (!found?.there) return [...steps]
  const rows = await query<{ version: number }>(`SELECT version FROM ${quoted(schema)}.migrations`)
  const made = new Set(rows.map(({ version }) => version))
  const newest = Math.max(0, ...made)
  const known = Math.max(...steps.map(({ version }) => version))
  if (newest > known)
    throw new WebhooksError(
      'STORAGE_INVALID',
      `The schema ${schema} is at version ${newest}, made by a newer version of this package, which knows ${known}. Update the package.`,
    )
  return steps.filter(({ version }) => !made.has(version))
}

const apply = async (database: Database, schema: string, wanted: Migration): Promise<void> => {
  if (wanted.concurrently.length > 0) await dropInvalid(database.query, schema)
  for (const statement of wanted.concurrently) await database.query(statement)
  await database.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock(hashtext($1))', [`swigs-webhooks migrations of ${schema}`])
    const missing = await missingSteps(query, schema, [wanted])
    for (const statement of missing.flatMap(({ sql }) => statementsOf(sql))) await query(statement)
  })
}

/** What a build that was interrupted has left; one that is under way elsewhere is left alone. */
const dropInvalid = async (query: Query, schema: string): Promise<void> => {
  const rows = await query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE NOT i.indisvalid AND c.relnamespace = to_regnamespace($1)
       AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)`,
    [quoted(schema)],
  )
  for (const { name } of rows)
    await query(`DROP INDEX CONCURRENTLY IF EXISTS ${quoted(schema)}.${quoted(name)}`)
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
