import { NEVER, type Maintenance } from '@swigs/webhooks-dispatcher'
import type { Database } from '../database.js'
import { STATES } from '../rows.js'
import { wakeLane } from './wake-lane.js'

export const sqliteMaintenance = (database: Database): Maintenance => ({
  counts: async ({ now }) =>
    database.read(() => {
      const settled = { delivered: 0, failed: 0, cancelled: 0 }
      for (const row of database.sql('SELECT state, deliveries FROM settled').all()) {
        const status = STATES[Number(row['state'])]
        if (status && status !== 'pending') settled[status] = Number(row['deliveries'])
      }
      const pending = database.sql('SELECT count(*) AS n FROM deliveries WHERE state = 0').get()
      const due = database
        .sql('SELECT count(*) AS n, min(due_at) AS oldest FROM deliveries WHERE state = 0 AND due_at <= ?')
        .get(now)
      const events = database.sql('SELECT count(*) AS n FROM events WHERE sweep_at IS NOT NULL').get()
      return {
        ...settled,
        pending: Number(pending?.['n'] ?? 0),
        due: Number(due?.['n'] ?? 0),
        oldestDueAt: due?.['oldest'] == null ? null : Number(due['oldest']),
        pendingEvents: Number(events?.['n'] ?? 0),
      }
    }),
  prune: async ({ before, limit }) =>
    database.write(() => {
      const old = database
        .sql(
          `SELECT id FROM events WHERE accepted_at < ? AND sweep_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event_id = events.id AND state = 0)
           ORDER BY accepted_at LIMIT ?`,
        )
        .all(before, limit)
      for (const { id } of old) {
        database.sql('DELETE FROM deliveries WHERE event_id = ?').run(String(id))
        database.sql('DELETE FROM events WHERE id = ?').run(String(id))
      }
      return old.length
    }),
  repair: async ({ now }) =>
    database.write(() => {
      // Paused subscriptions wait on purpose, and an owner knows what it does.
      const asleep = database
        .sql(
          `SELECT p.subscription_id AS id FROM
             (SELECT subscription_id, min(due_at) AS first FROM deliveries WHERE state = 0 GROUP BY subscription_id) p
           LEFT JOIN lanes l ON l.subscription_id = p.subscription_id
           LEFT JOIN subscriptions s ON s.id = p.subscription_id
           WHERE l.token IS NULL AND coalesce(s.is_active, 1) = 1 AND coalesce(l.due_at, ${NEVER}) > max(p.first, ?)`,
        )
        .all(now)
      for (const { id } of asleep) wakeLane(database, String(id), now)
      return asleep.length
    }),
})
