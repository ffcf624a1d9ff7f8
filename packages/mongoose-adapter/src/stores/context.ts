import type { Logger } from '@swigs/webhooks-dispatcher'
import type { StorageReport } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Collections } from '../collections.js'

/** What every store works with. */
export interface StoreContext {
  /** The collections, once the storage is open. */
  readonly at: () => Collections
  readonly report: StorageReport
  readonly logger: Pick<Logger, 'warn'>
}
