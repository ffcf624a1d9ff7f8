import { randomUUID } from 'node:crypto'
import { WebhooksError } from '@swigs/webhooks-protocol'
import type { mongo } from 'mongoose'

/** What a server can do; asked once. */
export interface ServerAbilities {
  /** Replica set or sharded: sessions, transactions, change streams. */
  readonly transactions: boolean
  /** The command that tells about the server: those that do not know `hello` know `isMaster`. */
  readonly greeting: 'hello' | 'isMaster'
}

const COMMAND_NOT_FOUND = 59

/** Asks the server what it is. */
export const abilitiesOf = async (database: mongo.Db): Promise<ServerAbilities> => {
  let greeting: ServerAbilities['greeting'] = 'hello'
  const answer = await database.command({ hello: 1 }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== COMMAND_NOT_FOUND) throw error
    greeting = 'isMaster'
    return database.command({ isMaster: 1 })
  })
  const { setName, msg } = answer as { setName?: unknown; msg?: unknown }
  return { transactions: setName !== undefined || msg === 'isdbgrid', greeting }
}

/** The server's clock at some moment of the round trip, epoch ms; `null` when it does not tell. */
export const serverNow = async (
  database: mongo.Db,
  { greeting }: ServerAbilities,
): Promise<number | null> => {
  const { localTime } = (await database.command({ [greeting]: 1 })) as { localTime?: unknown }
  return localTime instanceof Date ? localTime.getTime() : null
}

/** What the probe needs of a collection. */
export interface Probed {
  insertOne(document: { _id: string; token: null }): Promise<unknown>
  updateOne(
    filter: { _id: string; token: null },
    update: { $set: { token: string } },
  ): Promise<{ modifiedCount: number }>
  deleteOne(filter: { _id: string }): Promise<unknown>
}

const PROBES = 8

/**
 * Lanes are safe only where a conditional update of one document has one winner. Some stand-ins for MongoDB do not keep
 * that, so it is tried.
 * @throws WebhooksError with the code STORAGE_INVALID when there is not exactly one winner.
 */
export const probeAtomicity = async (lanes: Probed): Promise<void> => {
  const _id = `probe-${randomUUID()}`
  await lanes.insertOne({ _id, token: null })
  try {
    const tries = Array.from({ length: PROBES }, (_, index) =>
      lanes.updateOne({ _id, token: null }, { $set: { token: String(index) } }),
    )
    const winners = (await Promise.all(tries)).filter(({ modifiedCount }) => modifiedCount > 0).length
    if (winners !== 1)
      throw new WebhooksError(
        'STORAGE_INVALID',
        `This MongoDB server let ${winners} of ${PROBES} conditional updates of one document win; exactly one must. ` +
          'Deliveries would be sent by several processes at once. Use MongoDB itself.',
      )
  } finally {
    await lanes.deleteOne({ _id })
  }
}
