import { WebhooksError } from '@swigs/webhooks-protocol'
import type { Database } from './database.js'
import { moveOldRows, setAside } from '../migration/move-old-rows.js'
import { APPLICATION_ID, FIRST_VERSION, SCHEMA, SCHEMA_VERSION, STEPS } from './schema.js'

/**
 * Brings a file to the schema of this version, a step at a time, each in a transaction that the caller makes.
 * @throws WebhooksError `STORAGE_INVALID` when the file is another application's or a newer version's
 */
export function* prepareFile(database: Database, file: string): Generator<undefined> {
  const version = database.pragma('user_version')
  const owner = database.pragma('application_id')
  const tables = Number(database.sql('SELECT count(*) AS n FROM sqlite_master').get()?.['n'] ?? 0)
  if (owner !== APPLICATION_ID && (owner !== 0 || tables > 0))
    throw refusal(file, 'belongs to another application')
  if (version > SCHEMA_VERSION)
    throw refusal(
      file,
      `was written by a newer version of this package (schema ${version}, this one knows ${SCHEMA_VERSION}). ` +
        'Upgrade @swigs/webhooks-sqlite-adapter',
    )
  if (version === 0) {
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    stepUp(database, 0)
    yield
  }
  if (version === 1 || version === 2) {
    setAside(database)
    stepUp(database, 0)
    yield
  }
  if (version >= FIRST_VERSION && version < SCHEMA_VERSION) {
    stepUp(database, version)
    yield
  }
  // Also where another process has begun it, or was killed in the middle.
  yield* moveOldRows(database)
  // Changes nothing, and tells a file that can only be read: BEGIN IMMEDIATE alone does not.
  database.exec('UPDATE tally SET pending = pending WHERE 0')
}

/** Within a write: makes what a file of that version lacks; 0: all of it. */
const stepUp = (database: Database, version: number): void => {
  if (version === 0) database.exec(SCHEMA)
  for (const step of STEPS.slice(Math.max(0, version - FIRST_VERSION))) database.exec(step)
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
}

const refusal = (file: string, why: string): WebhooksError =>
  new WebhooksError('STORAGE_INVALID', `The SQLite file ${file} ${why}.`)
