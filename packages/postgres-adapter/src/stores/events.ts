import type { EventStore, StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Value } from '../drivers/database.js'
import { EVENT_COLUMNS, eventRow, readEvents, type EventRow } from '../rows/event-row.js'
import { toText } from '../text.js'
import type { At } from './at.js'
import type { AppendInSession } from './append-in-session.js'
import { newest } from './newest.js'
import { unfannedEvents } from './unfanned.js'

/**
 * @param appendInSession how an event is stored in a caller's session
 * @param announced called when others are to be told of what was fanned out
 */
export const postgresEvents = (
  at: At,
  appendInSession: AppendInSession,
  announced?: () => void,
): EventStore => {
  const { database, schema, report } = at
  const query = async (text: string, values: readonly Value[]): Promise<StoredEvent[]> =>
    readEvents(await database.query<EventRow>(text, values), report)

  return {
    append: async ({ callId, events, visibleAt, session }) => {
      const rows = events.map((event) => ({ ...eventRow(event), visible_at: visibleAt }))
      if (session !== undefined) return appendInSession(session, callId, rows)
      const stored = await database.query<{ id: string }>(
        `WITH given AS (
           SELECT DISTINCT ON (id) * FROM json_to_recordset($1::text::json) AS g(id text, type text, site_id text, body text,
             occurred_at double precision, accepted_at double precision, target text, visible_at double precision)
           ORDER BY id
         ), made AS (
           INSERT INTO ${schema}.events (id, type, site_id, body, occurred_at, accepted_at, target)
           SELECT id, type, site_id, body, occurred_at, accepted_at, target FROM given
           ON CONFLICT (id) DO NOTHING RETURNING id
         ), queued AS (
           INSERT INTO ${schema}.unfanned (event_id, visible_at, call_hash)
           SELECT id, visible_at, hashtextextended($2, 0) FROM given WHERE id IN (SELECT id FROM made)
         )
         SELECT id FROM made
         UNION ALL
         SELECT u.event_id FROM ${schema}.unfanned u JOIN given g ON g.id = u.event_id
         WHERE u.call_hash = hashtextextended($2, 0)`,
        [JSON.stringify(rows), callId],
      )
      const ours = new Set(stored.map(({ id }) => id))
      // The first of an id in a call is the one that made it.
      return rows.map(({ id }) => ours.delete(id))
    },
    unfanned: unfannedEvents(at),
    fanOut: async ({ now, eventIds, deliveries, announce }) => {
      const rows = deliveries.map(({ id, eventId, subscriptionId, dueAt, createdAt, once }) => ({
        id: toText(id),
        event_id: toText(eventId),
        subscription_id: toText(subscriptionId),
        due_at: dueAt,
        created_at: createdAt,
        once,
      }))
      await database.query(
        `SELECT ${schema}.fan_out($1::text::json, ARRAY(SELECT json_array_elements_text($2::text::json)), $3)`,
        [JSON.stringify(rows), JSON.stringify(eventIds.map(toText)), now],
      )
      if (announce) announced?.()
    },
    get: (eventIds) =>
      query(
        `SELECT ${EVENT_COLUMNS} FROM ${schema}.events e WHERE e.id IN (SELECT json_array_elements_text($1::text::json))`,
        [JSON.stringify(eventIds.map(toText))],
      ),
    list: ({ type, siteId, since, until, ...page }) => {
      const equal = {
        'e.type': type === undefined ? undefined : toText(type),
        'e.site_id': siteId === undefined ? undefined : toText(siteId),
      }
      const place = { at: 'e.accepted_at', id: 'e.id' }
      const { where, order, values } = newest(place, page, { equal, since, until })
      return query(`SELECT ${EVENT_COLUMNS} FROM ${schema}.events e ${where} ${order}`, values)
    },
  }
}
