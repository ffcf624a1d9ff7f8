import type {
  ExpectedSubscription,
  PageQuery,
  Subscription,
  SubscriptionPatch,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { readRows } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { recordOf, toSubscription } from './subscription-row.js'
import { read, write } from './verb.js'

/** Some of those that match, after one: what comes from the thread at once holds the app up while it is read. */
export interface MatchingPage {
  readonly patterns: readonly string[]
  readonly after: number
  readonly limit: number
}

const SELECT = `SELECT s.id, s.record, t.total_sent, t.total_failed, t.last_sent_at, t.last_error,
    t.failing_since, t.last_failed_at
  FROM subscriptions s LEFT JOIN stats t ON t.sub = s.sub`

const subscriptionsIn = (database: Database, rows: readonly Row[]): Subscription[] =>
  readRows(rows, toSubscription, (row) => ({ noun: 'subscription', id: String(row['id']) }), database)

const find = (database: Database, id: string): Subscription | undefined =>
  subscriptionsIn(database, database.sql(`${SELECT} WHERE s.id = ?`).all(id))[0]

const indexPatterns = (database: Database, sub: number, events: readonly string[]): void => {
  database.sql('DELETE FROM subscription_events WHERE sub = ?').run(sub)
  for (const pattern of new Set(events))
    database.sql('INSERT INTO subscription_events VALUES (?, ?)').run(pattern, sub)
}

/** Within a write: stores a subscription, with its statistics; one that exists is left as it is. */
export const insertSubscription = (database: Database, subscription: Subscription): void => {
  const { id, isActive, createdAt, stats, events } = subscription
  const sub = database.names.make(id)
  const { changes } = database
    .sql('INSERT OR IGNORE INTO subscriptions VALUES (?, ?, ?, ?, ?)')
    .run(sub, id, Number(isActive), createdAt, recordOf(subscription))
  if (changes === 0) return
  database
    .sql('INSERT OR REPLACE INTO stats VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run(
      sub,
      stats.totalSent,
      stats.totalFailed,
      stats.lastSentAt,
      stats.lastError,
      stats.failingSince,
      stats.lastFailedAt,
    )
  indexPatterns(database, sub, events)
}

const isAsExpected = (subscription: Subscription, expected: ExpectedSubscription | undefined): boolean =>
  (expected?.url === undefined || expected.url === subscription.url) &&
  (expected?.secret === undefined || expected.secret === subscription.secrets[0]?.value) &&
  (expected?.health === undefined || expected.health === subscription.health.revision) &&
  (expected?.failingSince === undefined || expected.failingSince === subscription.stats.failingSince)

export const subscriptionVerbs = {
  'subscriptions.insert': write(insertSubscription),
  'subscriptions.get': read((database, ids: readonly string[]) =>
    [...new Set(ids)].flatMap((id) => find(database, id) ?? []),
  ),
  'subscriptions.list': read((database, { after, limit }: PageQuery) => {
    const order = 'ORDER BY s.created_at DESC, s.id DESC LIMIT ?'
    const rows = after
      ? database.sql(`${SELECT} WHERE (s.created_at, s.id) < (?, ?) ${order}`).all(after.at, after.id, limit)
      : database.sql(`${SELECT} ${order}`).all(limit)
    return subscriptionsIn(database, rows)
  }),
  'subscriptions.matching': read((database, { patterns, after, limit }: MatchingPage) => {
    const rows = database
      .sql(
        `${SELECT} WHERE s.is_active = 1 AND s.sub > ? AND s.sub IN (
           SELECT sub FROM subscription_events WHERE pattern IN (SELECT value FROM json_each(?)))
         ORDER BY s.sub LIMIT ?`,
      )
      .all(after, JSON.stringify(patterns), limit)
    const next = rows.length < limit ? null : database.names.numberOf(String(rows.at(-1)?.['id']))
    return { subscriptions: subscriptionsIn(database, rows), next }
  }),
  'subscriptions.update': write(
    (
      database,
      {
        id,
        patch,
        now,
        expected,
      }: {
        id: string
        patch: SubscriptionPatch
        now: number
        expected?: ExpectedSubscription | undefined
      },
    ): Subscription | null => {
      const before = find(database, id)
      if (!before || !isAsExpected(before, expected)) return null
      const given = Object.entries(patch).filter(([, value]) => value !== undefined)
      const after: Subscription = { ...before, ...Object.fromEntries(given), updatedAt: now }
      database
        .sql('UPDATE subscriptions SET is_active = ?, record = ? WHERE id = ?')
        .run(Number(after.isActive), recordOf(after), id)
      if (patch.events) indexPatterns(database, database.names.make(id), after.events)
      return after
    },
  ),
  'subscriptions.remove': write((database, id: string): void => {
    const sub = database.names.numberOf(id)
    if (sub === null) return
    for (const table of ['subscription_events', 'stats', 'subscriptions'])
      database.sql(`DELETE FROM ${table} WHERE sub = ?`).run(sub)
  }),
}
