import { WebhooksError } from '@swigs/webhooks-protocol'
import type { Driver, Statement } from './drivers/driver.js'
import { openLibsql } from './drivers/libsql.js'
import { openNodeSqlite } from './drivers/node-sqlite.js'
import { storageError } from './errors.js'
import { APPLICATION_ID, MIGRATIONS } from './schema.js'

/** One connection to one file: statements prepared once, writes in `BEGIN IMMEDIATE`. */
export class Database {
  readonly file: string
  readonly #busyTimeoutMs: number
  readonly #openDriver: (file: string) => Driver
  readonly #statements = new Map<string, Statement>()
  #driver: Driver | null = null

  constructor(
    file: string,
    options: { busyTimeoutMs: number; driver?: 'node:sqlite' | 'libsql' | undefined },
  ) {
    this.file = file
    this.#busyTimeoutMs = options.busyTimeoutMs
    this.#openDriver = (path) =>
      (options.driver === 'libsql' ? null : openNodeSqlite(path)) ?? openLibsql(path)
  }

  /** Opens the file and brings its schema up to date. */
  open(): void {
    if (this.#driver) return
    this.#guarded(() => this.#connect())
    try {
      this.write(() => this.#migrate())
    } catch (error) {
      this.close()
      throw error
    }
  }

  close(): void {
    this.#statements.clear()
    this.#driver?.close()
    this.#driver = null
  }

  /** A prepared statement; prepared at the first use. */
  sql(text: string): Statement {
    let statement = this.#statements.get(text)
    if (!statement) this.#statements.set(text, (statement = this.#connected().prepare(text)))
    return statement
  }

  /** Reads; what SQLite throws becomes an error with a way out. */
  read<T>(work: () => T): T {
    return this.#guarded(work)
  }

  /** All of it in one transaction that takes the write lock first, or none of it. */
  write<T>(work: () => T): T {
    return this.#guarded(() => {
      const driver = this.#connected()
      driver.exec('BEGIN IMMEDIATE')
      try {
        const answer = work()
        driver.exec('COMMIT')
        return answer
      } catch (error) {
        this.#rollBack(driver)
        throw error
      }
    })
  }

  #rollBack(driver: Driver): void {
    try {
      driver.exec('ROLLBACK')
    } catch {
      // A full disk has rolled back already. Anything else left behind goes with the connection.
      this.#reconnect()
    }
  }

  #reconnect(): void {
    this.close()
    this.#connect()
  }

  #connect(): void {
    const driver = this.#openDriver(this.file)
    try {
      // First of all: even the switch to WAL may have to wait for another process.
      driver.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}`)
      driver.exec('PRAGMA journal_mode = WAL')
      driver.exec('PRAGMA synchronous = FULL')
      driver.exec('PRAGMA cache_size = -16384')
      // A checkpoint writes a page once, however often it is in the log: 32 MB of it, not 4.
      driver.exec('PRAGMA wal_autocheckpoint = 8000')
    } catch (error) {
      driver.close()
      throw error
    }
    this.#driver = driver
  }

  #connected(): Driver {
    if (this.#driver) return this.#driver
    throw new Error('the database is not open')
  }

  #migrate(): void {
    const driver = this.#connected()
    const pragma = (name: string) => Number(driver.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
    const version = pragma('user_version')
    const owner = pragma('application_id')
    const tables = Number(driver.prepare('SELECT count(*) AS n FROM sqlite_master').get()?.['n'] ?? 0)
    if (owner !== APPLICATION_ID && (owner !== 0 || tables > 0))
      throw this.#refusal('belongs to another application')
    if (version > MIGRATIONS.length)
      throw this.#refusal(
        `was written by a newer version of this package (schema ${version}, this one knows ${MIGRATIONS.length}). ` +
          'Upgrade @swigs/webhooks-sqlite-adapter',
      )
    if (version === MIGRATIONS.length) {
      // Changes nothing, and tells a file that can only be read: BEGIN IMMEDIATE alone does not.
      driver.exec('UPDATE settled SET deliveries = deliveries WHERE 0')
      return
    }
    driver.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    for (const step of MIGRATIONS.slice(version)) driver.exec(step)
    driver.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  }

  #refusal(why: string): WebhooksError {
    return new WebhooksError('STORAGE_INVALID', `The SQLite file ${this.file} ${why}.`)
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw storageError(this.file, error)
    }
  }
}
