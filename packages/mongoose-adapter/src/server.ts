import { WebhooksError } from '@swigs/webhooks-protocol'
import type { mongo } from 'mongoose'

/** What a server can do; asked once. */
export interface ServerAbilities {
  /** Replica set or sharded: sessions, transactions, change streams. */
  readonly transactions: boolean
}

/** A server old enough, or strange enough, may know but one of the two. */
const hello = async (database: mongo.Db): Promise<mongo.Document> =>
  database.command({ hello: 1 }).catch(() => database.command({ isMaster: 1 }))

export const abilitiesOf = async (database: mongo.Db): Promise<ServerAbilities> => {
  const { setName, msg } = (await hello(database)) as { setName?: unknown; msg?: unknown }
  return { transactions: setName !== undefined || msg === 'isdbgrid' }
}

/** The server's clock at the middle of the round trip, epoch ms; `null` when it does not tell. */
export const serverNow = async (database: mongo.Db): Promise<number | null> => {
  const started = performance.now()
  const { localTime } = (await hello(database)) as { localTime?: unknown }
  return localTime instanceof Date ? localTime.getTime() + (performance.now() - started) / 2 : null
}

const PROBES = 8

/**
 * Lanes are safe only where a conditional update of one document has one winner. Some stand-ins for MongoDB do not keep
 * that, so it is tried.
 * @throws WebhooksError with the code STORAGE_INVALID when there is more than one winner.
 */
export const probeAtomicity = async (
  lanes: mongo.Collection<{ _id: string; token: string | null }>,
): Promise<void> => {
  const _id = `probe-${Math.random().toString(36).slice(2)}`
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
