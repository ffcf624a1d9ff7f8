import { addCounts } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { inRows } from './in-rows.js'

/** The steps of `metrics`: what is written most lies at the end of the table. */
export const HOURS = 0
export const MINUTES = 1

/** Stands for all subscriptions together; those have numbers from 1. */
export const ALL = 0

/** What was counted in a minute or an hour. */
export interface MetricsRow {
  /** Minutes since the epoch. */
  readonly at: number
  readonly sub: number
  readonly counts: readonly number[]
}

/** A row of `metrics`, or `null` where it cannot be read: that is told, and it counts as nothing. */
export const toMetricsRow = (database: Database, row: Row): MetricsRow | null => {
  const [at, sub] = [Number(row['at']), Number(row['sub'])]
  try {
    const counts: unknown = JSON.parse(`[${String(row['counts'])}]`)
    if (Array.isArray(counts) && counts.every(Number.isFinite)) return { at, sub, counts: counts as number[] }
  } catch {
    // As one that holds something else.
  }
  database.malformed({ noun: 'metrics', id: `${at} of ${sub}`, problem: 'counts are no numbers' })
  return null
}

/** Within a write: adds to rows of a step, making those that are not there. */
export const addRows = (database: Database, step: number, rows: readonly MetricsRow[]): void => {
  const sums = new Map<string, MetricsRow & { counts: number[] }>()
  for (const { at, sub, counts } of rows) {
    const key = `${at} ${sub}`
    let sum = sums.get(key)
    if (!sum) {
      const stored = database
        .sql('SELECT at, sub, counts FROM metrics WHERE step = ? AND at = ? AND sub = ?')
        .get(step, at, sub)
      const before = stored && toMetricsRow(database, stored)
      sums.set(key, (sum = { at, sub, counts: [...(before?.counts ?? [])] }))
    }
    addCounts(sum.counts, counts)
  }
  const values = [...sums.values()].map(({ at, sub, counts }) => [step, at, sub, counts.join()])
  inRows(values, (places, bound) =>
    database.sql(`INSERT OR REPLACE INTO metrics (step, at, sub, counts) VALUES ${places}`).run(...bound),
  )
}
