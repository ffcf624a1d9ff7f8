import { statsDeltas, type AttemptResult, type StatsDelta } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import { inRows } from './in-rows.js'

type Delta = readonly [id: string, delta: StatsDelta]

/** Within a write: adds applied results to the numbers of deliveries by state, and to the statistics of their subscriptions. */
export const countStats = (database: Database, results: readonly AttemptResult[]): void => {
  const of = (wanted: AttemptResult['status']) => results.filter(({ status }) => status === wanted).length
  const [delivered, failed] = [of('delivered'), of('failed')]
  database.tally({ pending: -delivered - failed, delivered, failed })
  const deltas = [...statsDeltas(results)]
  const [well, ill] = [
    deltas.filter(([, { lastFailedAt }]) => lastFailedAt === null),
    deltas.filter(([, { lastFailedAt }]) => lastFailedAt !== null),
  ]
  countDelivered(database, well)
  countMixed(database, ill)
}

/** Where nothing failed, as nearly everywhere, there is less to say. */
const countDelivered = (database: Database, deltas: readonly Delta[]): void =>
  inRows(
    deltas.map(([id, { sent, lastSentAt }]) => [database.names.numberOf(id), sent, lastSentAt]),
    (rows, bound) =>
      database
        .sql(
          `WITH d (sub, sent, sent_at) AS (VALUES ${rows})
           UPDATE stats SET total_sent = total_sent + d.sent, last_sent_at = d.sent_at, failing_since = NULL
           FROM d WHERE stats.sub = d.sub`,
        )
        .run(...bound),
  )

const countMixed = (database: Database, deltas: readonly Delta[]): void =>
  inRows(
    deltas.map(([id, delta]) => [
      database.names.numberOf(id),
      delta.sent,
      delta.failed,
      delta.lastSentAt,
      delta.lastError,
      Number(delta.delivered),
      delta.failingSince,
      delta.lastFailedAt,
    ]),
    (rows, bound) =>
      database
        .sql(
          `WITH d (sub, sent, failed, sent_at, error, delivered, since, failed_at) AS (VALUES ${rows})
           UPDATE stats SET total_sent = total_sent + d.sent, total_failed = total_failed + d.failed,
             last_sent_at = coalesce(d.sent_at, last_sent_at), last_error = coalesce(d.error, last_error),
             failing_since = CASE WHEN d.delivered THEN d.since ELSE coalesce(failing_since, d.since) END,
             last_failed_at = d.failed_at
           FROM d WHERE stats.sub = d.sub`,
        )
        .run(...bound),
  )
