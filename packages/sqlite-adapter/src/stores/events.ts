import { SessionUnsupportedError } from '@swigs/webhooks-protocol'
import type { EventQuery, EventStore } from '@swigs/webhooks-dispatcher'
import type { Database } from '../database.js'
import { toEvent } from '../rows.js'
import { newestFirst } from './newest-first.js'
import { wakeLane } from './wake-lane.js'

export const sqliteEvents = (database: Database): EventStore => ({
  append: async ({ events, visibleAt, session }) => {
    if (session !== undefined)
      throw new SessionUnsupportedError(
        'sqliteStorage takes no session: its file is not the database of your own writes. Leave session out.',
      )
    return database.write(() => {
      const insert = database.sql('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      return events.map(
        ({ id, type, siteId, body, occurredAt, acceptedAt, target }) =>
          insert.run(id, type, siteId, body, occurredAt, acceptedAt, target, visibleAt).changes > 0,
      )
    })
  },
  unfanned: async ({ now, limit }) =>
    database.read(() =>
      database
        .sql('SELECT * FROM events WHERE sweep_at IS NOT NULL AND sweep_at <= ? ORDER BY sweep_at LIMIT ?')
        .all(now, limit)
        .map(toEvent),
    ),
  fanOut: async ({ now, eventIds, deliveries }) =>
    database.write(() => {
      const insert = database.sql(
        "INSERT OR IGNORE INTO deliveries VALUES (?, ?, ?, ?, ?, 0, NULL, ?, ?, NULL, 0, 0, ?, '[]')",
      )
      for (const { id, eventId, eventType, siteId, subscriptionId, dueAt, createdAt, once } of deliveries)
        insert.run(id, eventId, eventType, siteId, subscriptionId, dueAt, createdAt, Number(once))
      for (const subscriptionId of new Set(deliveries.map((delivery) => delivery.subscriptionId)))
        wakeLane(database, subscriptionId, now)
      const mark = database.sql('UPDATE events SET sweep_at = NULL WHERE id = ?')
      for (const id of eventIds) mark.run(id)
    }),
  get: async (eventIds) =>
    database.read(() =>
      [...new Set(eventIds)].flatMap((id) => {
        const row = database.sql('SELECT * FROM events WHERE id = ?').get(id)
        return row ? toEvent(row) : []
      }),
    ),
  list: async (query: EventQuery) =>
    database.read(() =>
      newestFirst(database, 'events', 'accepted_at', query, { type: query.type, site_id: query.siteId }).map(
        toEvent,
      ),
    ),
})
