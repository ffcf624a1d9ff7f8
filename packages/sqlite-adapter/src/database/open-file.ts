import type { MalformedRow } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Driver } from '../drivers/driver.js'
import { Connection, replaced } from './connection.js'
import type { Database } from './database.js'
import { identityOf } from './file-identity.js'
import { isBusy } from '../errors.js'
import { prepareFile } from './prepare-file.js'

/** One file, whatever happens to it: connected when it is needed, and anew after a fault. */
export class OpenFile {
  readonly #file: string
  readonly #open: (file: string) => Driver
  readonly #report: (row: MalformedRow) => void
  readonly #onProgress: () => void
  #connection: Connection | null = null
  /** Let go of and not closed yet, or closed in the last turn. */
  #leaving: { readonly connection: Connection; closed: boolean }[] = []
  #preparation: Iterator<undefined> | null = null
  #prepared = false
  /** The file was there: when it is not, it is gone, and not to be made. */
  #existed: boolean

  constructor(
    file: string,
    options: {
      open: (file: string) => Driver
      report: (row: MalformedRow) => void
      /** A step is done, and another follows. */
      onProgress: () => void
      existed: boolean
    },
  ) {
    this.#file = file
    this.#open = options.open
    this.#report = options.report
    this.#onProgress = options.onProgress
    this.#existed = options.existed
  }

  /** What verbs work on, or `null` while there is nothing to work on. */
  get database(): Database | null {
    return this.#prepared ? (this.#connection?.database ?? null) : null
  }

  /**
   * Connects, and does one step of what the schema needs. Answers whether nothing is left to do.
   * @param mayMake whether a file that was there before and is gone may be made anew
   * @throws what the driver throws, and `WebhooksError` when the file is not to be used
   */
  ready(mayMake: boolean): boolean {
    if (this.database) return true
    if (!this.settle()) return false
    try {
      this.#connection ??= this.#connect(mayMake)
      this.#preparation ??= prepareFile(this.#connection.database, this.#file)
      if (!stepOf(this.#connection.database, this.#preparation)) {
        this.#onProgress()
        return false
      }
    } catch (error) {
      this.#preparation = null
      if (!isBusy(error)) this.drop()
      throw error
    }
    this.#preparation = null
    this.#prepared = true
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

  /** Lets go of the connection; `settle` closes it, and the next `ready` has another. */
  drop(): void {
    if (this.#connection) this.#leaving.push({ connection: this.#connection, closed: false })
    this.#connection = null
    this.#preparation = null
    this.#prepared = false
  }

  /**
   * Closes what was let go of, in a turn in which nothing else holds on to it: libsql lets go of the file one turn after that, and
   * no other may be opened in its place before. Answers whether all is closed and done.
   */
  settle(): boolean {
    const [first] = this.#leaving
    if (first?.closed) {
      first.connection.deleteStrayLog()
      this.#leaving.shift()
    } else if (first) {
      first.closed = true
      first.connection.close()
    }
    return this.#leaving.length === 0
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
