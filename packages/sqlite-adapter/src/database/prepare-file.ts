import { WebhooksError } from '@swigs/webhooks-protocol'
import type { Database } from './database.js'
import { ADDITIONS } from './additions.js'
import { moveOldRows, setAside } from '../migration/move-old-rows.js'
import { APPLICATION_ID, BASE_VERSION, SCHEMA, SCHEMA_VERSION } from './schema.js'

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
    database.exec(SCHEMA)
    database.exec(`PRAGMA user_version = ${BASE_VERSION}`)
    yield
  }
  if (version === 1 || version === 2) {
    setAside(database)
    database.exec(SCHEMA)
    database.exec(`PRAGMA user_version = ${BASE_VERSION}`)
    yield
  }
  // Asked again within each step: another process may have made it.
  let at: number
  while ((at = database.pragma('user_version')) < SCHEMA_VERSION) {
    database.exec(ADDITIONS[at - BASE_VERSION] ?? '')
    database.exec(`PRAGMA user_version = ${at + 1}`)
    yield
  }
  // Also where another process has begun it, or was killed in the middle.
  yield* moveOldRows(database)
  // Changes nothing, and tells a file that can only be read: BEGIN IMMEDIATE alone does not.
  database.exec('UPDATE tally SET pending = pending WHERE 0')
}

const refusal = (file: string, why: string): WebhooksError =>
  new WebhooksError('STORAGE_INVALID', `The SQLite file ${file} ${why}.`)
