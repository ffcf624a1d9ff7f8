import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import { boundCalls, LATE, within } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Connection, mongo } from 'mongoose'
import { collectionsOf, databaseOf, type Collections } from './collections.js'
import { guarded } from './errors.js'
import { createIndexes, dropRetired, missingIndexes } from './indexes.js'
import type { Settings } from './options.js'
import { abilitiesOf, probeAtomicity, type Probed, type ServerAbilities } from './server.js'

/** A storage that is open. */
export interface Opened {
  readonly database: mongo.Db
  readonly collections: Collections
  readonly abilities: ServerAbilities
}

/** Opens once, for everybody who asks, and makes the indexes. */
export const openingOn = (connection: Connection, settings: Settings) => {
  const { autoIndex, logger, operationTimeoutMs, ttl } = settings
  let settledTtlMs: number | null = null
  let opened: Opened | null = null
  let connecting: Promise<void> | null = null
  let indexing: Promise<void> | null = null

  const forget = () => {
    opened = connecting = indexing = null
  }
  const current = (): Opened => {
    if (opened) return opened
    throw new InvalidOptionsError('mongooseStorage is not open. Call open() first; a dispatcher does.')
  }

  /** Whoever gives up waiting leaves it under way: the next to ask waits for the same. */
  const connect = (): Promise<void> => {
    const mine = guarded('open', () => openOn(connection, settings)).then(
      (ready) => {
        if (connecting === mine) opened = ready
      },
      (error: unknown) => {
        if (connecting === mine) forget()
        throw error
      },
    )
    return mine
  }
  const bounded = boundCalls(
    'MongoDB',
    'storage',
    { open: () => (connecting ??= connect()) },
    operationTimeoutMs,
  )

  const makeIndexes = (): Promise<readonly string[]> =>
    guarded('createIndexes', async () => {
      const { database, collections } = current()
      const missing = await createIndexes(database, collections, settledTtlMs)
      if (!autoIndex) return missing
      const { dropped, problems } = await dropRetired(collections)
      if (dropped.length > 0)
        logger.warn({ indexes: dropped }, 'Indexes that nothing needs any more were dropped')
      return [...missing, ...problems]
    })

  const seeToIndexes = async (): Promise<void> => {
    const missing = async () => missingIndexes(current().collections, settledTtlMs)
    const problems = autoIndex ? await makeIndexes() : await guarded('open', missing)
    if (problems.length > 0)
      logger.warn(
        { indexes: problems },
        'Some indexes are not as they should be; statements that need one will scan',
      )
  }

  return {
    current,
    /** What is open just now, if it is. */
    now: () => opened,
    makeIndexes,
    close: forget,
    open: async (retentionMs?: number): Promise<void> => {
      const started = performance.now()
      if (ttl) settledTtlMs = retentionMs ?? settledTtlMs
      await bounded.open()
      if (indexing) return
      const mine = (indexing = seeToIndexes())
      const failed = (error: unknown): never => {
        if (indexing === mine) forget()
        throw error
      }
      // On a collection that is full it takes long, and for as long as a member of the set is down: nobody waits for that.
      const leftMs = Math.max(1, operationTimeoutMs - (performance.now() - started))
      if ((await within(mine.catch(failed), leftMs)) !== LATE) return
      logger.warn({}, 'Indexes are still being made; statements that need them scan until they are there')
      mine.catch(({ message }: Error) => logger.warn({ error: message }, 'Indexes could not be made'))
    },
  }
}

const openOn = async (connection: Connection, { names }: Settings): Promise<Opened> => {
  const database = await databaseOf(connection)
  const abilities = await abilitiesOf(database)
  // Of the caller's own Mongoose: drivers refuse ids of another version of theirs.
  const collections = collectionsOf(database, connection.base.mongo.ObjectId, names)
  await probeAtomicity(collections.lanes as unknown as Probed)
  return { database, collections, abilities }
}
