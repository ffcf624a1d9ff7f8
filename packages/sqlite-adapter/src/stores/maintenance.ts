import { NEVER, type StorageCounts } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import { nullableNumber } from './values.js'
import { prune } from './prune.js'
import { repair } from './repair.js'
import { read, write } from './verb.js'

/** What is due is what is pending without what is due later: the latter are few, and indexes have them. */
const counts = (database: Database, { now }: { now: number }): StorageCounts => {
  const one = (sql: string, ...values: number[]) => database.sql(sql).get(...values)?.['answer'] ?? null
  const tally = database.sql('SELECT pending, delivered, failed, cancelled FROM tally').get()
  const [pending, delivered, failed, cancelled] = ['pending', 'delivered', 'failed', 'cancelled'].map(
    (state) => Number(tally?.[state] ?? 0),
  ) as [number, number, number, number]
  const later =
    Number(one('SELECT count(*) AS answer FROM pending WHERE tried = 1 AND due_at > ?', now)) +
    Number(one('SELECT count(*) AS answer FROM pending WHERE created_at > ? AND tried = 0', now))
  const firsts = [
    one('SELECT due_at AS answer FROM pending WHERE tried = 1 ORDER BY due_at LIMIT 1'),
    one('SELECT created_at AS answer FROM pending WHERE tried = 0 ORDER BY created_at LIMIT 1'),
  ].flatMap((first) => (first !== null && Number(first) <= now ? Number(first) : []))
  const next = `SELECT min(max(due_at, lease_until)) AS answer FROM lanes WHERE due_at < ${NEVER}`
  return {
    pending,
    delivered,
    failed,
    cancelled,
    pendingEvents: Number(one('SELECT count(*) AS answer FROM unfanned')),
    due: pending - later,
    oldestDueAt: firsts.length > 0 ? Math.min(...firsts) : null,
    nextDueAt: nullableNumber(one(next)),
  }
}

export const maintenanceVerbs = {
  'maintenance.counts': read(counts),
  'maintenance.prune': write(prune),
  'maintenance.repair': write(repair),
}
