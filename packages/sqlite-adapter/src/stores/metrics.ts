import {
  HOUR_MS,
  MINUTE_MS,
  sumMetrics,
  type MetricsSpan,
  type MetricsSum,
  type RollUpInput,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { countedLately, foldMetrics } from './count-metrics.js'
import { addRows, ALL, HOURS, MINUTES, toMetricsRow, type MetricsRow } from './metrics-rows.js'
import { read, write } from './verb.js'

const MINUTES_AN_HOUR = HOUR_MS / MINUTE_MS

/** Whose, and from which minute to before which. */
interface Stretch {
  readonly sub: number
  readonly since: number
  readonly until: number
}

const readRows = (database: Database, rows: readonly Row[]): MetricsRow[] =>
  rows.flatMap((row) => toMetricsRow(database, row) ?? [])

/**
 * One subscription's rows of a step: looked up one by one, as rows go by time first. Only within what there is: minutes are kept for
 * two days, and more may be asked for.
 */
const rowsOf = (database: Database, step: number, { sub, since, until }: Stretch): MetricsRow[] => {
  const ends = database.sql(
    'SELECT (SELECT min(at) FROM metrics WHERE step = ?1) AS first, (SELECT max(at) FROM metrics WHERE step = ?1) AS last',
  )
  const { first, last } = ends.get(step) ?? {}
  if (first == null || last == null) return []
  const by = step === MINUTES ? 1 : MINUTES_AN_HOUR
  const [from, to] = [Math.max(since, Number(first)), Math.min(until, Number(last) + 1)]
  if (from >= to) return []
  const rows = database
    .sql(
      `WITH RECURSIVE t (at) AS (SELECT ?1 UNION ALL SELECT at + ?2 FROM t WHERE at + ?2 < ?3)
       SELECT m.at, m.sub, m.counts FROM t CROSS JOIN metrics m ON m.step = ?4 AND m.at = t.at AND m.sub = ?5`,
    )
    .all(from, by, to, step, sub)
  return readRows(database, rows)
}

const readMetrics = (
  database: Database,
  { subscriptionId, since, until, stepMs }: MetricsSpan,
): MetricsSum[] => {
  const sub = subscriptionId === null ? ALL : database.names.numberOf(subscriptionId)
  if (sub === null) return []
  const stretch = { sub, since: since / MINUTE_MS, until: until / MINUTE_MS }
  const lately = countedLately(database).filter(
    (one) => one.sub === sub && one.minute >= stretch.since && one.minute < stretch.until,
  )
  const rows = [
    ...(stepMs >= HOUR_MS ? rowsOf(database, HOURS, stretch) : []),
    ...rowsOf(database, MINUTES, stretch),
    ...lately.map(({ minute, counts }) => ({ at: minute, sub, counts })),
  ]
  const sums = rows.map(({ at, counts }) => ({ at: at * MINUTE_MS, counts }))
  return sumMetrics(sums, stepMs)
}

const rollUp = (database: Database, { minutesBefore, hoursBefore, limit }: RollUpInput): number => {
  foldMetrics(database)
  const minutes = database
    .sql('SELECT at, sub, counts FROM metrics WHERE step = ? AND at < ? ORDER BY at, sub LIMIT ?')
    .all(MINUTES, minutesBefore / MINUTE_MS, limit)
  const hours = readRows(database, minutes).map((row) => ({
    ...row,
    at: row.at - (row.at % MINUTES_AN_HOUR),
  }))
  addRows(database, HOURS, hours)
  const last = minutes.at(-1)
  if (last)
    database
      .sql('DELETE FROM metrics WHERE step = ? AND (at, sub) <= (?, ?)')
      .run(MINUTES, Number(last['at']), Number(last['sub']))
  const { changes } = database
    .sql(
      `DELETE FROM metrics WHERE (step, at, sub) IN (
         SELECT step, at, sub FROM metrics WHERE step = ? AND at < ? ORDER BY at, sub LIMIT ?)`,
    )
    .run(HOURS, hoursBefore / MINUTE_MS, limit - minutes.length)
  return minutes.length + changes
}

export const metricsVerbs = {
  'metrics.read': read(readMetrics),
  'metrics.rollUp': write(rollUp),
}
