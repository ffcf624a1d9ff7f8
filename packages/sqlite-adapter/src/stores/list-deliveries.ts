import type { DeliveryQuery } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { STATES } from './delivery-row.js'

/** A stretch of a table that is walked in the order of creation. */
interface Walk {
  readonly table: 'pending' | 'ended'
  /** Where the rows `d` come from; default: the table itself. */
  readonly from?: string
  /** The column that the walk goes along: an index has it in order. */
  readonly along: string
  readonly sub?: string
  readonly condition?: string
}

const COLUMNS: Readonly<Record<Walk['table'], string>> = {
  pending: 'd.*',
  ended: `d.created_at, d.event, d.sub, d.state, d.reason, d.settled_at, d.attempt_count, d.schedule_step, d.once, d.number,
    d.started_at, d.duration_ms, d.status_code, d.error_class, d.error, NULL AS response_body, d.truncated, d.retry_after_ms, d.repeated,
    NULL AS response_headers, d.address`,
}

/** `deliveryId`, in SQL. */
const ID = "'dlv_' || CASE WHEN e.id GLOB 'evt_*' THEN substr(e.id, 5) ELSE e.id END || '_' || s.name"

/**
 * One page by `(created_at, id)`, newest first, of what waits and what ended. Each table is walked along an index by creation
 * time; SQLite sorts those of one instant by id.
 */
export const listDeliveries = (database: Database, query: DeliveryQuery): Row[] => {
  const { subscriptionId, eventId, limit } = query
  const sub = subscriptionId === undefined ? undefined : database.names.numberOf(subscriptionId)
  const event = eventId === undefined ? undefined : numberOfEvent(database, eventId)
  if (sub === null || event === null) return []
  return walksOf(query)
    .flatMap((walk) => pageOf(database, walk, query, sub, event))
    .sort(newestFirst)
    .slice(0, limit)
}

const PLAIN = { along: 'd.created_at', sub: 'd.sub' } as const

const OF_SAME = (order: string): string =>
  `d.created_at = ${order}.created_at AND d.event = ${order}.event AND d.sub = ${order}.sub`

/** By subscription: along its queue, where what was never tried is due at its creation; along what ended, and what did lately. */
const PENDING_OF: readonly Walk[] = [
  {
    table: 'pending',
    from: `lane_queue q JOIN pending d ON d.created_at = q.due_at AND d.event = q.event AND d.sub = q.sub AND d.tried = 0`,
    along: 'q.due_at',
    sub: 'q.sub',
    condition: 'q.tried = 0',
  },
  { table: 'pending', ...PLAIN, condition: 'd.tried = 1' },
]
const ENDED_OF: readonly Walk[] = [
  { table: 'ended', from: `ended_of o JOIN ended d ON ${OF_SAME('o')}`, along: 'o.created_at', sub: 'o.sub' },
  {
    table: 'ended',
    from: `(SELECT DISTINCT created_at, event, sub FROM ended_lately) l CROSS JOIN ended d ON ${OF_SAME('l')}`,
    along: 'l.created_at',
    sub: 'l.sub',
  },
]

const walksOf = ({ status, subscriptionId, eventId }: DeliveryQuery): readonly Walk[] => {
  const bySubscription = subscriptionId !== undefined && eventId === undefined
  const pending: readonly Walk[] = bySubscription ? PENDING_OF : [{ table: 'pending', ...PLAIN }]
  const ended: readonly Walk[] = bySubscription ? ENDED_OF : [{ table: 'ended', ...PLAIN }]
  if (status === 'pending') return pending
  if (status === undefined) return [...pending, ...ended]
  // A number stands in the text: only then does SQLite see which partial index it is in.
  const condition = `d.state = ${STATES.indexOf(status)}`
  return (status === 'delivered' ? ended : [{ table: 'ended', ...PLAIN } as const]).map((walk) => ({
    ...walk,
    condition,
  }))
}

const numberOfEvent = (database: Database, id: string): number | null => {
  const row = database.sql('SELECT n FROM events WHERE id = ?').get(id)
  return row ? Number(row['n']) : null
}

const newestFirst = (a: Row, b: Row): number =>
  Number(b['created_at']) - Number(a['created_at']) || (String(a['id']) < String(b['id']) ? 1 : -1)

const pageOf = (
  database: Database,
  { table, from, along: at, sub: subColumn = 'd.sub', condition }: Walk,
  { after, since, until, limit }: DeliveryQuery,
  sub: number | undefined,
  event: number | undefined,
): Row[] => {
  const conditions: string[] = []
  const values: (string | number)[] = []
  const where = (text: string, ...bound: (string | number)[]) => {
    conditions.push(text)
    values.push(...bound)
  }
  if (condition !== undefined) where(condition)
  if (sub !== undefined) where(`${subColumn} = ?`, sub)
  if (event !== undefined) where('f.event = ?', event)
  if (since !== undefined) where(`${at} >= ?`, since)
  if (until !== undefined) where(`${at} < ?`, until)
  if (after) where(`${at} <= ? AND (${at} < ? OR ${ID} < ?)`, after.at, after.at, after.id)
  const rows =
    event === undefined
      ? (from ?? `${table} d`)
      : `fan_outs f JOIN ${table} d ON d.created_at = f.created_at AND d.event = f.event`
  const clause = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  return database
    .sql(
      `SELECT ${COLUMNS[table]}, e.id AS event_id, e.type, e.site, ${ID} AS id FROM ${rows}
       LEFT JOIN events e ON e.n = d.event LEFT JOIN names s ON s.n = d.sub
       ${clause} ORDER BY ${at} DESC, ${ID} DESC LIMIT ?`,
    )
    .all(...values, limit)
}
