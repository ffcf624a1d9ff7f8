import type { EventStore, StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'
import { arrayText, columnTexts } from '../arrays.js'
import type { Value } from '../drivers/database.js'
import { EVENT_COLUMNS, eventRow, readEvents, type EventRow } from '../rows/event-row.js'
import { parametersOf } from '../schema/functions/columns.js'
import { NEW_DELIVERY } from '../schema/functions/fan-out.js'
import { toText } from '../text.js'
import type { WakeUp } from '../wake-up/wake-up.js'
import type { At } from './at.js'
import { sessionAppend } from './append-in-session.js'
import { newest } from './newest.js'
import { unfannedEvents } from './unfanned.js'

/**
 * @param wrote told how many rows of the table of lanes were written, or more
 * @param wakes told of what sessions have stored, and of what others are to be told
 */
export const postgresEvents = (
  at: At,
  wrote: (rows: number) => void,
  { stored: onStored, announce: onAnnounce }: Partial<Pick<WakeUp, 'stored' | 'announce'>> = {},
): EventStore => {
  const { database, schema, report } = at
  const query = async (text: string, values: readonly Value[]): Promise<StoredEvent[]> =>
    readEvents(await database.query<EventRow>(text, values), report)

  const appendInSession = sessionAppend(schema, onStored)
  const columns = Object.keys(NEW_DELIVERY) as (keyof typeof NEW_DELIVERY)[]
  const fanOutStatement = `SELECT ${schema}.fan_out(${parametersOf(NEW_DELIVERY)}, $${columns.length + 1}::text::text[],
    $${columns.length + 2})`

  return {
    append: async ({ callId, events, visibleAt, session }) => {
      const rows = events.map((event) => ({ ...eventRow(event), visible_at: visibleAt }))
      if (session !== undefined) return appendInSession(session, callId, rows)
      const stored = await database.query<{ id: string }>(
        `SELECT ${schema}.append($1::text::json, $2::text) AS id`,
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
      await database.query(fanOutStatement, [
        ...columnTexts(rows, columns),
        arrayText(eventIds.map(toText)),
        now,
      ])
      wrote(rows.length)
      if (announce) onAnnounce?.()
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
