import type { Subscription, SubscriptionStore } from '@swigs/webhooks-dispatcher'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database.js'
import { fromSubscription, toSubscription } from '../rows.js'

export const sqliteSubscriptions = (database: Database): SubscriptionStore => {
  const find = (id: string): Subscription | null => {
    const row = database.sql('SELECT * FROM subscriptions WHERE id = ?').get(id)
    return row ? toSubscription(row) : null
  }

  const index = ({ id, events }: Subscription): void => {
    database.sql('DELETE FROM subscription_events WHERE subscription_id = ?').run(id)
    for (const pattern of new Set(events))
      database.sql('INSERT INTO subscription_events VALUES (?, ?)').run(pattern, id)
  }

  return {
    insert: async (given) => {
      const subscription = { ...given, id: `sub_${uuidv7().replaceAll('-', '')}` }
      const { id, isActive, createdAt, stats } = subscription
      database.write(() => {
        database
          .sql('INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
          .run(
            id,
            Number(isActive),
            createdAt,
            fromSubscription(subscription),
            stats.totalSent,
            stats.totalFailed,
            stats.lastSentAt,
            stats.lastError,
          )
        index(subscription)
      })
      return subscription
    },
    get: async (ids) => database.read(() => [...new Set(ids)].flatMap((id) => find(id) ?? [])),
    list: async ({ after, limit }) => {
      const order = 'ORDER BY created_at DESC, id DESC LIMIT ?'
      const rows = database.read(() =>
        after
          ? database
              .sql(`SELECT * FROM subscriptions WHERE (created_at, id) < (?, ?) ${order}`)
              .all(after.at, after.id, limit)
          : database.sql(`SELECT * FROM subscriptions ${order}`).all(limit),
      )
      return rows.map(toSubscription)
    },
    matching: async (patterns) => {
      const ids = JSON.stringify(patterns)
      const rows = database.read(() =>
        database
          .sql(
            `SELECT s.* FROM subscriptions s WHERE s.is_active = 1 AND s.id IN (
               SELECT subscription_id FROM subscription_events WHERE pattern IN (SELECT value FROM json_each(?)))`,
          )
          .all(ids),
      )
      return rows.map(toSubscription)
    },
    update: async ({ id, patch, now }) =>
      database.write(() => {
        const before = find(id)
        if (!before) return null
        const given = Object.entries(patch).filter(([, value]) => value !== undefined)
        const after: Subscription = { ...before, ...Object.fromEntries(given), updatedAt: now }
        database
          .sql('UPDATE subscriptions SET is_active = ?, record = ? WHERE id = ?')
          .run(Number(after.isActive), fromSubscription(after), id)
        index(after)
        return after
      }),
    remove: async (id) =>
      database.write(() => {
        database.sql('DELETE FROM subscription_events WHERE subscription_id = ?').run(id)
        return database.sql('DELETE FROM subscriptions WHERE id = ?').run(id).changes > 0
      }),
  }
}
