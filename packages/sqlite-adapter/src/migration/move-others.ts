import type { Subscription } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { insertEvent } from '../stores/events.js'
import { toSubscription } from '../stores/subscription-row.js'
import { insertSubscription } from '../stores/subscriptions.js'
import { nullableText } from '../stores/values.js'

/** Fields that schema 2 may lack, as the record of a subscription was then. */
const LATER_FIELDS = { pausedAt: null }

export const moveSubscription = (database: Database, row: Row): void => {
  const record = { ...LATER_FIELDS, ...(JSON.parse(String(row['record'])) as Partial<Subscription>) }
  insertSubscription(database, toSubscription({ ...row, record: JSON.stringify(record) }))
}

export const moveLane = (database: Database, row: Row): void => {
  const sub = database.names.make(String(row['subscription_id']))
  const [token, until] = [nullableText(row['token']), Number(row['lease_until'])]
  // How long it was meant to be was not stored then: what is left of it is.
  const leftMs = Math.max(0, until - Date.now())
  database
    .sql(
      `INSERT INTO lanes VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, NULL, NULL)
       ON CONFLICT (sub) DO UPDATE SET due_at = min(due_at, excluded.due_at)`,
    )
    .run(
      sub,
      token,
      until,
      leftMs,
      Number(row['due_at']),
      Number(row['wakeups']),
      Number(row['strikes']),
      Number(row['held_strikes']),
    )
  database
    .sql('INSERT OR IGNORE INTO windows VALUES (?, ?, ?)')
    .run(sub, String(row['ends']), Number(row['reserved']))
}

export const moveEvent = (database: Database, row: Row): void => {
  const n = insertEvent(database, {
    id: String(row['id']),
    type: String(row['type']),
    siteId: nullableText(row['site_id']),
    body: String(row['body']),
    occurredAt: row['occurred_at'] as number,
    acceptedAt: row['accepted_at'] as number,
    target: nullableText(row['only_for']),
  })
  if (n !== null && row['sweep_at'] !== null)
    database.sql("INSERT INTO unfanned VALUES (?, ?, '')").run(n, row['sweep_at'] as number)
}
