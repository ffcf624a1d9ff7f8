import {
  metricsPlaces,
  MINUTE_MS,
  minuteOf,
  type AttemptResult,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import { ALL, addRows, MINUTES } from './metrics-rows.js'

/** Batches that wait for a fold: a read looks through them, and each subscription's row is written once for so many. */
const FOLD_AT = 256

/**
 * Within a write: counts a batch in the minute of `now`. It is one short row, whoever is in it; the rows by subscription are written
 * for many batches together, as each of them would be read, and written anew, at every batch otherwise.
 */
export const countMetrics = (database: Database, results: readonly AttemptResult[], now: number): void => {
  if (results.length === 0) return
  const counts = new Map<string, number>()
  for (const result of results) {
    const sub = database.names.numberOf(result.subscriptionId)
    for (const place of metricsPlaces(result)) {
      if (place === undefined) continue
      const key = `${sub},${place}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  const flat = [...counts].map(([key, count]) => `${key},${count}`).join()
  const row = database
    .sql('INSERT INTO metrics_lately (minute, counts) VALUES (?, ?) RETURNING seq')
    .get(minuteOf(now) / MINUTE_MS, flat)
  if (Number(row?.['seq']) >= FOLD_AT) foldMetrics(database)
}

/** Counts of some batches in one minute: of each subscription, and of all. */
export interface MinuteCounts {
  readonly minute: number
  readonly sub: number
  readonly counts: number[]
}

/** What is not folded yet, added up. */
export const countedLately = (database: Database): MinuteCounts[] => {
  const sums = new Map<string, MinuteCounts>()
  const add = (minute: number, sub: number, place: number, count: number): void => {
    const key = `${minute} ${sub}`
    let sum = sums.get(key)
    if (!sum) sums.set(key, (sum = { minute, sub, counts: [] }))
    while (sum.counts.length <= place) sum.counts.push(0)
    sum.counts[place] = (sum.counts[place] ?? 0) + count
  }
  for (const row of database.sql('SELECT minute, counts FROM metrics_lately').all()) {
    const flat = String(row['counts']).split(',').map(Number)
    for (let at = 0; at + 2 < flat.length; at += 3) {
      const [sub, place, count] = flat.slice(at, at + 3) as [number, number, number]
      for (const of of [sub, ALL]) add(Number(row['minute']), of, place, count)
    }
  }
  return [...sums.values()]
}

/** Within a write: brings what was counted lately into the rows of its subscriptions. */
export const foldMetrics = (database: Database): void => {
  const lately = countedLately(database)
  if (lately.length === 0) return
  addRows(
    database,
    MINUTES,
    lately.map(({ minute, sub, counts }) => ({ at: minute, sub, counts })),
  )
  database.sql('DELETE FROM metrics_lately').run()
}
