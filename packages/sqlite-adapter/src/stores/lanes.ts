import type { Lane, LaneStore } from '@swigs/webhooks-dispatcher'
import type { Database } from '../database.js'
import { toLane, toOwned, toQueued } from '../rows.js'
import { settle } from './settle.js'
import { wakeLane } from './wake-lane.js'

const NOT_IDLE = 'due_at < 8640000000000000'

export const sqliteLanes = (database: Database): LaneStore => {
  const take = (id: string, input: { token: string; now: number; leaseUntil: number }): Lane | null => {
    const { changes } = database
      .sql(
        `UPDATE lanes SET token = ?, lease_until = ?, crashCount = crashCount + 1
         WHERE subscription_id = ? AND due_at <= ? AND lease_until <= ?`,
      )
      .run(input.token, input.leaseUntil, id, input.now, input.now)
    const row =
      changes > 0 ? database.sql('SELECT * FROM lanes WHERE subscription_id = ?').get(id) : undefined
    return row ? toOwned(row, input.token) : null
  }

  const candidates = (now: number, limit: number): string[] =>
    database
      .sql(
        `SELECT subscription_id FROM lanes WHERE ${NOT_IDLE} AND due_at <= ? AND lease_until <= ? ORDER BY due_at LIMIT ?`,
      )
      .all(now, now, limit)
      .map((row) => String(row['subscription_id']))

  return {
    acquire: async ({ token, now, leaseUntil, limit, subscriptionIds }) => {
      const due = subscriptionIds ?? database.read(() => candidates(now, limit))
      if (due.length === 0) return []
      return database.write(() => {
        const taken: Lane[] = []
        for (const id of new Set(due)) {
          if (taken.length === limit) break
          const lane = take(id, { token, now, leaseUntil })
          if (lane) taken.push(lane)
        }
        return taken
      })
    },
    extend: async ({ leaseUntil, lanes }) => {
      if (lanes.length === 0) return []
      return database.write(() =>
        lanes.flatMap(({ subscriptionId, token, window }) => {
          const { changes } = window
            ? database
                .sql(
                  'UPDATE lanes SET lease_until = ?, ends = ?, reserved = ? WHERE subscription_id = ? AND token = ?',
                )
                .run(leaseUntil, JSON.stringify(window.ends), window.reserved, subscriptionId, token)
            : database
                .sql('UPDATE lanes SET lease_until = ? WHERE subscription_id = ? AND token = ?')
                .run(leaseUntil, subscriptionId, token)
          return changes > 0 ? [subscriptionId] : []
        }),
      )
    },
    release: async ({ now, lanes }) =>
      database.write(() => {
        for (const {
          subscriptionId,
          token,
          wakeups,
          dueAt,
          availableAt,
          window,
          crashCount,
          quarantinedAt,
        } of lanes)
          database
            .sql(
              `UPDATE lanes SET token = NULL, lease_until = ?, due_at = CASE wakeups WHEN ? THEN ? ELSE ? END,
               ends = ?, reserved = ?, crashCount = ?, held_strikes = ? WHERE subscription_id = ? AND token = ?`,
            )
            .run(
              availableAt,
              wakeups,
              dueAt,
              now,
              JSON.stringify(window.ends),
              window.reserved,
              crashCount,
              quarantinedAt,
              subscriptionId,
              token,
            )
      }),
    upcoming: async ({ subscriptionId, limit }) =>
      database.read(() =>
        database
          .sql(
            `SELECT id, event_id, event_type, subscription_id, due_at, attempt_count, schedule_step, once
             FROM deliveries WHERE subscription_id = ? AND state = 0 ORDER BY due_at, id LIMIT ?`,
          )
          .all(subscriptionId, limit)
          .map(toQueued),
      ),
    settle: async (input) => database.write(() => settle(database, input)),
    get: async (subscriptionId) =>
      database.read(() => {
        const row = database.sql('SELECT * FROM lanes WHERE subscription_id = ?').get(subscriptionId)
        return row ? toLane(row) : null
      }),
    wake: async ({ subscriptionId, now }) => database.write(() => wakeLane(database, subscriptionId, now)),
    remove: async (subscriptionId) =>
      database.write(
        () => void database.sql('DELETE FROM lanes WHERE subscription_id = ?').run(subscriptionId),
      ),
    nextDueAt: async () =>
      database.read(() => {
        const row = database
          .sql(`SELECT min(max(due_at, lease_until)) AS next FROM lanes WHERE ${NOT_IDLE}`)
          .get()
        return row?.['next'] == null ? null : Number(row['next'])
      }),
  }
}
