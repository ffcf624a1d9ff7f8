import type { Delivery, DeliveryStore } from '@swigs/webhooks-dispatcher'
import type { Database } from '../database.js'
import { STATES, toDelivery } from '../rows.js'
import { newestFirst } from './newest-first.js'
import { wakeLane } from './wake-lane.js'

const AGAIN = 'state = 0, reason = NULL, due_at = ?, schedule_step = 0, settled_at = NULL, once = 0'

export const sqliteDeliveries = (database: Database): DeliveryStore => {
  const find = (id: string): Delivery | null => {
    const row = database.sql('SELECT * FROM deliveries WHERE id = ?').get(id)
    return row ? toDelivery(row) : null
  }

  return {
    get: async (id) => database.read(() => find(id)),
    list: async (query) =>
      database.read(() => {
        const { subscriptionId, eventId, status, type, siteId } = query
        const rows = newestFirst(database, 'deliveries', 'created_at', query, {
          subscription_id: subscriptionId,
          event_id: eventId,
          state: status && STATES.indexOf(status),
          event_type: type,
          site_id: siteId,
        })
        return rows.map((row) => withoutBodies(toDelivery(row)))
      }),
    resend: async ({ id, now }) =>
      database.write(() => {
        const before = find(id)
        if (!before || before.status === 'pending') return before
        database.sql(`UPDATE deliveries SET ${AGAIN} WHERE id = ?`).run(now, id)
        wakeLane(database, before.subscriptionId, now)
        return find(id)
      }),
    cancel: async ({ id, now }) =>
      database.write(() => {
        database
          .sql(
            "UPDATE deliveries SET state = 3, reason = 'cancelled', settled_at = ? WHERE id = ? AND state = 0",
          )
          .run(now, id)
        return find(id)
      }),
    cancelPending: async ({ subscriptionId, now, limit }) =>
      database.write(
        () =>
          database
            .sql(
              `UPDATE deliveries SET state = 3, reason = 'subscription_removed', settled_at = ? WHERE rowid IN (
                 SELECT rowid FROM deliveries WHERE subscription_id = ? AND state = 0 LIMIT ?)`,
            )
            .run(now, subscriptionId, limit).changes,
      ),
    countFailed: async ({ subscriptionId, since, until }) =>
      database.read(() => {
        const row = database
          .sql(
            `SELECT count(*) AS n FROM deliveries
             WHERE subscription_id = ? AND state = 2 AND once = 0 AND settled_at >= ? AND settled_at < ?`,
          )
          .get(subscriptionId, since, until)
        return Number(row?.['n'] ?? 0)
      }),
    recover: async ({ subscriptionId, since, until, now, limit }) =>
      database.write(() => {
        const { changes } = database
          .sql(
            `UPDATE deliveries SET ${AGAIN} WHERE rowid IN (
               SELECT rowid FROM deliveries WHERE subscription_id = ? AND state = 2 AND once = 0 AND settled_at >= ? AND settled_at < ?
               ORDER BY settled_at LIMIT ?)`,
          )
          .run(now, subscriptionId, since, until, limit)
        if (changes > 0) wakeLane(database, subscriptionId, now)
        return changes
      }),
  }
}

const withoutBodies = (delivery: Delivery): Delivery => ({
  ...delivery,
  attempts: delivery.attempts.map((attempt) => ({ ...attempt, responseBody: null })),
})
