import { appendFunctions } from './functions/append.js'
import { completeFunction } from './functions/complete.js'
import { fanOutFunction } from './functions/fan-out.js'
import { laneFunctions } from './functions/lanes.js'
import { tracedAppend } from './functions/traced-append.js'
import { healthAndMetrics } from './health-and-metrics.js'
import { replaysTable, tables } from './tables.js'

/** A step of the schema. One that was released is never changed. */
export interface Migration {
  readonly version: number
  readonly name: string
  /** To run in one transaction; it notes the version itself. */
  readonly sql: string
  /**
   * To run before that, each by itself and outside of transactions: `CREATE INDEX CONCURRENTLY IF NOT EXISTS`, on a table
   * that can be large. May be repeated.
   */
  readonly concurrently: readonly string[]
}

/** Where everything is, unless told otherwise. */
export const DEFAULT_SCHEMA = 'swigs_webhooks'

/** A name as SQL has it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * The schema's steps, in order: to read, or to run by a tool of your own, with `migrate: 'check'` in the app.
 * @param schema default `swigs_webhooks`
 * @example
 * for (const { sql } of migrations()) console.log(sql)
 */
export const migrations = (schema: string = DEFAULT_SCHEMA): Migration[] => {
  const name = quoted(schema)
  const functions = [appendFunctions, fanOutFunction, completeFunction, laneFunctions].map((of) => of(name))
  return [
    step(name, 1, 'tables', [notes(name), tables(name), ...functions].join('')),
    step(name, 2, 'trace', tracedAppend(name)),
    step(name, 3, 'replays', replaysTable(name)),
    step(name, 4, 'health and metrics', healthAndMetrics(name) + replaced(completeFunction(name))),
    step(name, 5, 'who paused', `ALTER TABLE ${name}.subscriptions ADD COLUMN paused_by text;`),
    step(name, 6, 'fan-out beside a settle', replaced(fanOutFunction(name))),
  ]
}

/**
 * A function as it is now, in place of the one that an earlier step has made. Where its arguments are others, that one stays, for
 * processes that call it still.
 */
const replaced = (sql: string): string => sql.replaceAll('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION')

/** A step from what it does; the note of it is added. */
export const step = (
  schema: string,
  version: number,
  name: string,
  sql: string,
  concurrently: readonly string[] = [],
): Migration => ({
  version,
  name,
  sql: `${sql}\nINSERT INTO ${schema}.migrations (version, name) VALUES (${version}, '${name}');\n`,
  concurrently,
})

const notes = (schema: string): string => `
CREATE SCHEMA IF NOT EXISTS ${schema};
CREATE TABLE ${schema}.migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
`
