import { inSession } from '../errors.js'
import type { EventRow } from '../rows/event-row.js'
import { sessionQuery } from '../sessions/session-query.js'

/**
 * Stores events in a caller's transaction: one statement each, and nothing else. Answers which this call has stored.
 * @param stored told of the transaction in which one was stored
 */
export const sessionAppend = (schema: string, stored?: (transactionId: string) => void) => {
  // Every value is cast from text: some libraries send all they are given as such.
  const number = (place: number) => `$${place}::text::double precision`
  const statement = `SELECT ${schema}.append_one($1::text, $2::text, $3::text, $4::text, ${number(5)}, ${number(6)}, $7::text,
    ${number(8)}, $9::text, $10::text) AS transaction`
  return async (
    session: unknown,
    callId: string,
    rows: readonly (EventRow & { readonly visible_at: number })[],
  ): Promise<boolean[]> => {
    const query = sessionQuery(session)
    const made: boolean[] = []
    for (const { id, type, site_id, body, target, trace, ...at } of rows) {
      const [occurred, accepted, visible] = [at.occurred_at, at.accepted_at, at.visible_at].map(String)
      const instants = [occurred ?? '', accepted ?? '', target, visible ?? '']
      const values = [id, type, site_id, body, ...instants, callId, trace]
      const [answer] = await inSession(() => query<{ transaction: string | null }>(statement, values))
      const transaction = answer?.transaction ?? null
      if (transaction !== null) stored?.(transaction)
      made.push(transaction !== null)
    }
    return made
  }
}
