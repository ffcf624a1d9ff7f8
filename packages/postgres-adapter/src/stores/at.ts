import type { StorageReport } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../drivers/database.js'

/** What a store works on. */
export interface At {
  readonly database: Database
  /** The schema's name, as SQL has it. */
  readonly schema: string
  /** Told of rows that cannot be read. */
  readonly report: StorageReport
}
