import {
  readRows,
  type AppendInput,
  type EventQuery,
  type StoredEvent,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { fanOut } from './fan-out.js'
import { nullableText } from './values.js'
import { read, write } from './verb.js'

/** For how long a sweep passes over an event that cannot be read, ms. */
const ASIDE_MS = 3_600_000

const COLUMNS = 'e.n, e.id, e.type, e.site, e.target, e.occurred_at, e.accepted_at, e.body, e.trace'

const toEvent =
  ({ names }: Database) =>
  (row: Row): StoredEvent => {
    const type = names.nameOf(Number(row['type']))
    const siteId = row['site'] === null ? null : names.nameOf(Number(row['site']))
    if (type === null) throw new Error('type has no name')
    if (row['body'] === '') throw new Error('body is empty')
    if (siteId === null && row['site'] !== null) throw new Error('site has no name')
    return {
      id: String(row['id']),
      type,
      siteId,
      body: String(row['body']),
      occurredAt: Number(row['occurred_at']),
      acceptedAt: Number(row['accepted_at']),
      target: nullableText(row['target']),
      trace: nullableText(row['trace']),
    }
  }

const nameOf = (row: Row) => ({ noun: 'event', id: String(row['id']) }) as const

const eventsIn = (database: Database, rows: readonly Row[]): StoredEvent[] =>
  readRows(rows, toEvent(database), nameOf, database)

/** Within a write: stores an event; answers its number, or `null` when its id is there already. */
export const insertEvent = (database: Database, event: StoredEvent): number | null => {
  const { id, type, siteId, target, occurredAt, acceptedAt, body, trace = null } = event
  const { names } = database
  const row = database
    .sql(
      `INSERT INTO events (id, type, site, target, occurred_at, accepted_at, body, trace) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING RETURNING n`,
    )
    .get(
      id,
      names.make(type),
      siteId === null ? null : names.make(siteId),
      target,
      occurredAt,
      acceptedAt,
      body,
      trace,
    )
  return row ? Number(row['n']) : null
}

/** An event is this call's own as long as nobody has fanned it out. */
const isOwn = (database: Database, id: string, callId: string): boolean =>
  database
    .sql('SELECT 1 FROM events e JOIN unfanned u ON u.event = e.n WHERE e.id = ? AND u.call = ?')
    .get(id, callId) !== undefined

const append = (database: Database, { callId, events, visibleAt }: AppendInput): boolean[] => {
  const made = new Set<string>()
  return events.map((event) => {
    if (made.has(event.id)) return false
    const n = insertEvent(database, event)
    if (n === null) return isOwn(database, event.id, callId)
    made.add(event.id)
    database.sql('INSERT INTO unfanned VALUES (?, ?, ?)').run(n, visibleAt, callId)
    return true
  })
}

/** Events that cannot be read are passed over for an hour: the sweep would meet them first every time. */
const unfanned = (database: Database, { now, limit }: { now: number; limit: number }): StoredEvent[] => {
  const { aside } = database
  for (const [n, until] of aside) if (until <= now) aside.delete(n)
  const rows = database
    .sql(
      `SELECT ${COLUMNS}, u.event FROM unfanned u LEFT JOIN events e ON e.n = u.event
       WHERE u.visible_at <= ? AND u.event NOT IN (SELECT value FROM json_each(?))
       ORDER BY u.visible_at, u.event LIMIT ?`,
    )
    .all(now, JSON.stringify([...aside.keys()]), limit)
  return rows.flatMap((row) => {
    const events = eventsIn(database, [row])
    if (events.length === 0) aside.set(Number(row['event']), now + ASIDE_MS)
    return events
  })
}

const list = (database: Database, query: EventQuery): StoredEvent[] => {
  const { after, limit, type, siteId, since, until } = query
  const conditions: string[] = []
  const values: (string | number)[] = []
  const where = (condition: string, ...bound: (string | number)[]) => {
    conditions.push(condition)
    values.push(...bound)
  }
  for (const [column, name] of [
    ['type', type],
    ['site', siteId],
  ] as const) {
    if (name === undefined) continue
    const number = database.names.numberOf(name)
    if (number === null) return []
    where(`e.${column} = ?`, number)
  }
  if (since !== undefined) where('e.accepted_at >= ?', since)
  if (until !== undefined) where('e.accepted_at < ?', until)
  if (after) where('e.accepted_at <= ? AND (e.accepted_at < ? OR e.id < ?)', after.at, after.at, after.id)
  const clause = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  const rows = database
    .sql(`SELECT ${COLUMNS} FROM events e ${clause} ORDER BY e.accepted_at DESC, e.id DESC LIMIT ?`)
    .all(...values, limit)
  return eventsIn(database, rows)
}

export const eventVerbs = {
  'events.append': write(append),
  'events.unfanned': read(unfanned),
  'events.fanOut': write(fanOut),
  'events.get': read((database, ids: readonly string[]) =>
    eventsIn(
      database,
      [...new Set(ids)].flatMap((id) =>
        database.sql(`SELECT ${COLUMNS} FROM events e WHERE e.id = ?`).all(id),
      ),
    ),
  ),
  'events.list': read(list),
}
