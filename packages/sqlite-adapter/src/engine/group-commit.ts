import type { Database } from '../database/database.js'
import { isBusy } from '../errors.js'
import type { Sliced } from '../stores/verb.js'

/** For how long writes of one transaction are gathered at most, ms, the last one's work not counted. */
const GROUP_MS = 20

/** A write that waits. */
export interface WaitingWrite {
  start(database: Database): unknown
  /** What was begun and cut off; goes on where it was. */
  slices: Sliced<unknown> | null
}

/** What became of a write. */
export type Outcome = { readonly answer: unknown } | { readonly error: unknown } | 'cut'

const isSliced = (value: unknown): value is Sliced<unknown> =>
  typeof value === 'object' && value !== null && 'next' in value

/**
 * Writes whatever waits in one transaction, each in a savepoint of its own: one that fails takes nobody with it. Answers the
 * outcomes of as many, from the first, as came into it; durable when it returns.
 * @throws what SQLite throws when the lock cannot be had: nothing was begun
 */
export const commitGroup = <W extends WaitingWrite>(
  database: Database,
  writes: readonly W[],
  elapsed: () => number,
): Outcome[] => {
  try {
    return commitTogether(database, writes, elapsed)
  } catch (error) {
    if (error instanceof NotBegun) throw error.reason
    // The transaction as a whole is gone, as after a full disk: whose fault it was shows when each has one of its own.
    for (const write of writes) write.slices = null
    return writes.map((write) => commitAlone(database, write, elapsed))
  }
}

class NotBegun extends Error {
  constructor(readonly reason: unknown) {
    super()
  }
}

const begin = (database: Database): void => {
  try {
    database.exec('BEGIN IMMEDIATE')
  } catch (error) {
    throw new NotBegun(error)
  }
}

const commitTogether = (
  database: Database,
  writes: readonly WaitingWrite[],
  elapsed: () => number,
): Outcome[] => {
  const ends = elapsed() + GROUP_MS
  const outcomes: Outcome[] = []
  begin(database)
  try {
    for (const write of writes) {
      outcomes.push(
        writes.length === 1 ? advance(database, write, ends, elapsed) : saved(database, write, ends, elapsed),
      )
      if (elapsed() >= ends) break
    }
    database.exec('COMMIT')
    return outcomes
  } catch (error) {
    database.rollBack()
    throw error
  }
}

const commitAlone = (database: Database, write: WaitingWrite, elapsed: () => number): Outcome => {
  try {
    const [outcome] = commitTogether(database, [write], elapsed)
    return outcome as Outcome
  } catch (error) {
    write.slices = null
    return { error: error instanceof NotBegun ? error.reason : error }
  }
}

/** In a savepoint. Throws when SQLite has taken the whole transaction back by itself. */
const saved = (database: Database, write: WaitingWrite, ends: number, elapsed: () => number): Outcome => {
  database.exec('SAVEPOINT one')
  try {
    const outcome = advance(database, write, ends, elapsed)
    database.exec('RELEASE one')
    return outcome
  } catch (error) {
    if (isBusy(error)) throw error
    database.names.forget()
    database.exec('ROLLBACK TO one')
    database.exec('RELEASE one')
    return { error }
  }
}

const advance = (database: Database, write: WaitingWrite, ends: number, elapsed: () => number): Outcome => {
  if (!write.slices) {
    const result = write.start(database)
    if (!isSliced(result)) return { answer: result }
    write.slices = result
  }
  for (;;) {
    const { done, value } = write.slices.next()
    if (done) return { answer: value }
    if (elapsed() >= ends) return 'cut'
  }
}
