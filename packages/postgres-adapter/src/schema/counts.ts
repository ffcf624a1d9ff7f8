import { COUNTS_LENGTH } from '@swigs/webhooks-dispatcher/storage-kit'

/** An array of numbers of metrics, each place of it from an expression; places of PostgreSQL's arrays begin at 1. */
const countsOf = (expression: (place: number) => string): string =>
  `ARRAY[${Array.from({ length: COUNTS_LENGTH }, (_, place) => expression(place)).join(', ')}]`

/** The counts of attempts `a`: each adds to the places `latency` and `failure`. */
export const COUNTED = `${countsOf((place) => `count(*) FILTER (WHERE ${place} IN (a.latency, a.failure))`)}::integer[]`

/** The sum of rows, grouped. */
export const SUMMED = countsOf((place) => `coalesce(sum(counts[${place + 1}]), 0)`)

/** The counts of a row `m` with those that were to be inserted in its place. */
export const ADDED = countsOf(
  (place) => `coalesce(m.counts[${place + 1}], 0) + coalesce(excluded.counts[${place + 1}], 0)`,
)
