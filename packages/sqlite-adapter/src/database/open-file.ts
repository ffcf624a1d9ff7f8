import type { MalformedRow } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Driver } from '../drivers/driver.js'
import { Connection, replaced } from './connection.js'
import type { Database } from './database.js'
import { identityOf } from './file-identity.js'
import { prepareFile } from './prepare-file.js'

/** One file, whatever happens to it: connected when it is needed, and anew after a fault. */
export class OpenFile {
  readonly #file: string
  readonly #open: (file: string) => Driver
  readonly #report: (row: MalformedRow) => void
  #connection: Connection | null = null
  #preparation: Iterator<undefined> | null = null
  /** The file was there: when it is not, it is gone, and not to be made. */
  #existed: boolean

  constructor(
    file: string,
    options: { open: (file: string) => Driver; report: (row: MalformedRow) => void; existed: boolean },
  ) {
    this.#file = file
    this.#open = options.open
    this.#report = options.report
    this.#existed = options.existed
  }

  /** What verbs work on, or `null` while there is nothing to work on. */
  get database(): Database | null {
    return this.#preparation ? null : (this.#connection?.database ?? null)
  }

  /**
   * Connects, and does one step of what the schema needs. Answers whether nothing is left to do.
   * @param mayMake whether a file that was there before and is gone may be made anew
   * @throws what the driver throws, and `WebhooksError` when the file is not to be used
   */
  ready(mayMake: boolean): boolean {
    if (this.database) return true
    try {
      this.#connection ??= this.#connect(mayMake)
      this.#preparation ??= prepareFile(this.#connection.database, this.#file)
      if (!stepOf(this.#connection.database, this.#preparation)) return false
    } catch (error) {
      this.drop()
      throw error
    }
    this.#preparation = null
    this.#existed = true
    return true
  }

  /** Throws when the file at the path is not the one that is open; then it is no longer. */
  check(): void {
    const problem = this.#connection?.problem() ?? null
    if (problem) this.drop()
    if (problem) throw problem
  }

  /** Writes the log into the file. Answers whether all of it is there. */
  checkpoint(): boolean {
    return this.#connection?.checkpoint() ?? true
  }

  /** Lets go of the connection; the next `ready` has another. */
  drop(): void {
    this.#connection?.close()
    this.#connection = null
    this.#preparation = null
  }

  #connect(mayMake: boolean): Connection {
    if (this.#existed && !mayMake && identityOf(this.#file) === null) throw replaced(this.#file, true)
    return new Connection(this.#file, this.#open, this.#report)
  }
}

/** One step in a transaction of its own. Answers whether it was the last. */
const stepOf = (database: Database, steps: Iterator<undefined>): boolean => {
  database.exec('BEGIN IMMEDIATE')
  try {
    const { done = false } = steps.next()
    database.exec('COMMIT')
    return done
  } catch (error) {
    database.rollBack()
    throw error
  }
}
