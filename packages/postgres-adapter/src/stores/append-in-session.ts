import type { Value } from '../drivers/database.js'
import { inSession } from '../errors.js'
import type { EventRow } from '../rows/event-row.js'
import { sessionQuery } from '../sessions/session-query.js'

/** Stores events in a caller's transaction: one statement each, and nothing else. Answers which were not there before. */
export type AppendInSession = (
  session: unknown,
  callId: string,
  rows: readonly (EventRow & { visible_at: number })[],
) => Promise<boolean[]>

/**
 * Each is an insert into two tables that nobody else waits for: of the event, and of its place among those that are to be
 * fanned out. Every value is cast, as some libraries send all they are given as text.
 * @param stored told of the transaction in which an event was stored
 */
export const appendInSession =
  (schema: string, stored?: (transactionId: string) => void): AppendInSession =>
  async (session, callId, rows) => {
    const query = sessionQuery(session)
    const text = `WITH made AS (
      INSERT INTO ${schema}.events (id, type, site_id, body, occurred_at, accepted_at, target)
      VALUES ($1::text, $2::text, $3::text, $4::text, $5::text::double precision, $6::text::double precision, $7::text)
      ON CONFLICT (id) DO NOTHING RETURNING id
    )
    INSERT INTO ${schema}.unfanned (event_id, visible_at, call_hash)
    SELECT id, $8::text::double precision, hashtextextended($9::text, 0) FROM made RETURNING pg_current_xact_id()::text AS transaction`
    const made: boolean[] = []
    for (const row of rows) {
      const values: Value[] = [row.id, row.type, row.site_id, row.body]
      values.push(
        String(row.occurred_at),
        String(row.accepted_at),
        row.target,
        String(row.visible_at),
        callId,
      )
      const [queued] = await inSession(() => query<{ transaction: string }>(text, values))
      if (queued) stored?.(queued.transaction)
      made.push(queued !== undefined)
    }
    return made
  }
