import type { Replay } from '../../core/replay.js'
import type { PageQuery } from './lists.js'

/**
 * Times that are sent again: few, and small. Indexes: by id; newest first by `(createdAt, id)`; those that are running, which is
 * asked for every few seconds.
 */
export interface ReplayStore {
  /**
   * Stores it whole where what is stored has the revision `expected` (`null`: nothing is stored), or its own, as the call was
   * made before. Answers whether it is stored as given. One atomic compare-and-set.
   */
  put(input: { replay: Replay; expected: string | null }): Promise<boolean>
  get(id: string): Promise<Replay | null>
  /** Newest first by `(createdAt, id)`; with `running`, those alone that are. */
  list(query: ReplayQuery): Promise<Replay[]>
}

export interface ReplayQuery extends PageQuery {
  readonly running?: boolean | undefined
}
