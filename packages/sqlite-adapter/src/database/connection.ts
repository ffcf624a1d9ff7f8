import { rmSync } from 'node:fs'
import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import type { MalformedRow } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Driver } from '../drivers/driver.js'
import { Database } from './database.js'
import { identityOf } from './file-identity.js'

const PRAGMAS = [
  // SQLite itself waits this long for a lock, ms; the engine asks again, and does other things meanwhile.
  'busy_timeout = 20',
  'journal_mode = WAL',
  'synchronous = FULL',
  'cache_size = -16384',
  // What a savepoint has to take back: a file of its own otherwise, written a page at a time.
  'temp_store = MEMORY',
  // A checkpoint writes a page once, however often it is in the log: 32 MB of it, not 4.
  'wal_autocheckpoint = 8000',
  // What stays of the log when its pages are in the file, bytes.
  'journal_size_limit = 4194304',
]

/** One open file: its driver, and which file it was. */
export class Connection {
  readonly database: Database
  readonly #driver: Driver
  readonly #file: string
  readonly #identity: string | null
  #log: string | null = null

  /** Opens the file, or makes it. Throws what the driver throws. */
  constructor(file: string, open: (file: string) => Driver, report: (row: MalformedRow) => void) {
    this.#file = file
    this.#driver = open(file)
    try {
      for (const pragma of PRAGMAS) this.#driver.exec(`PRAGMA ${pragma}`)
    } catch (error) {
      this.#driver.close()
      throw error
    }
    this.database = new Database(this.#driver, report)
    this.#identity = identityOf(file)
    this.#log = this.#logNow()
  }

  /**
   * Whether the file at the path is still the one that is open: what was written since it was not is in no file that anybody
   * will open again.
   */
  problem(): StorageUnavailableError | null {
    const identity = identityOf(this.#file)
    if (identity !== this.#identity) return replaced(this.#file, identity === null)
    const log = this.#logNow()
    this.#log ??= log
    // Another process took the log for that of another file: what is written into ours, nobody reads.
    return log === this.#log ? null : replaced(this.#file, false)
  }

  /** Writes the log into the file, as far as readers let it, and cuts it off. Answers whether all of it is there. */
  checkpoint(): boolean {
    const { log, checkpointed } = this.database.sql('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {}
    if (log !== checkpointed) return false
    if (Number(log) > 0) this.database.sql('PRAGMA wal_checkpoint(TRUNCATE)').get()
    return true
  }

  /** Closes it; the last to close leaves one file. */
  close(): void {
    if (this.#isElsewhere()) this.#saveLog()
    this.database.forget()
    this.#driver.close()
  }

  /**
   * After `close`: deletes the log of this file where it lies beside another one. SQLite goes by names alone, and would read it
   * into that. Where there is none at all, it stays: others may have it open, and go on with it once their file is back. Throws
   * when it cannot.
   */
  deleteStrayLog(): void {
    if (
      !this.#isElsewhere() ||
      identityOf(this.#file) === null ||
      this.#log === null ||
      this.#logNow() !== this.#log
    )
      return
    for (const suffix of ['-wal', '-shm']) rmSync(`${this.#file}${suffix}`, { force: true })
  }

  #isElsewhere(): boolean {
    return identityOf(this.#file) !== this.#identity
  }

  #logNow(): string | null {
    return identityOf(`${this.#file}-wal`)
  }

  /** Into a file that was moved away SQLite writes no log when it closes: whoever puts it back shall find it whole. */
  #saveLog(): void {
    try {
      this.checkpoint()
    } catch {
      // A file that was deleted needs none of it.
    }
  }
}

/** The file at the path is not the one that was opened. */
export const replaced = (file: string, isGone: boolean): StorageUnavailableError =>
  new StorageUnavailableError(
    isGone
      ? `The SQLite file ${file} was deleted or moved while in use. Put it back, or close and open the storage to begin a new one.`
      : `The SQLite file ${file} was replaced while in use: this call is not in the new one. The next call opens that.`,
  )
