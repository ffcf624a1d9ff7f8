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

/** More than counts have places: a subscription and a place in one number. */
const PLACES = 1_024

/**
 * Within a write: counts a batch in the minute of `now`. It is one short row, whoever is in it; the rows by subscription are written
 * for many batches together, as each of them would be read, and written anew, at every batch otherwise.
 */
export const countMetrics = (database: Database, results: readonly AttemptResult[], now: number): void => {
  if (results.length === 0) return
  const counts = new Map<number, number>()
  for (const result of results) {
    const sub = database.names.numberOf(result.subscriptionId) ?? 0
    for (const place of metricsPlaces(result)) {
      if (place === undefined) continue
      const key = sub * PLACES + place
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  let flat = ''
  for (const [key, count] of counts)
    flat += `${flat && ','}${Math.floor(key / PLACES)},${key % PLACES},${count}`
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
  const sums = new Map<number, Map<number, number[]>>()
  for (const row of database.sql('SELECT minute, counts FROM metrics_lately').all()) {
    const minute = Number(row['minute'])
    let subs = sums.get(minute)
    if (!subs) sums.set(minute, (subs = new Map([[ALL, []]])))
    const all = subs.get(ALL) ?? []
    const flat = String(row['counts']).split(',')
    for (let at = 0; at + 2 < flat.length; at += 3) {
      const sub = Number(flat[at])
      let counts = subs.get(sub)
      if (!counts) subs.set(sub, (counts = []))
      for (const sum of [counts, all]) add(sum, Number(flat[at + 1]), Number(flat[at + 2]))
    }
  }
  return [...sums].flatMap(([minute, subs]) => [...subs].map(([sub, counts]) => ({ minute, sub, counts })))
}

const add = (counts: number[], place: number, count: number): void => {
  while (counts.length <= place) counts.push(0)
  counts[place] = (counts[place] ?? 0) + count
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
