import { HOUR_MS, type MetricsStore } from '@swigs/webhooks-dispatcher/storage-kit'
import { ADDED, SUMMED } from '../schema/counts.js'
import { toText } from '../text.js'
import type { At } from './at.js'

const [HOURS, MINUTES] = [0, 1]

export const postgresMetrics = ({ database, schema }: At): MetricsStore => ({
  read: async ({ subscriptionId, since, until, stepMs }) => {
    const own = subscriptionId === null ? '' : 'AND subscription_id = $4'
    const rows = await database.query<{ at: number; counts: string }>(
      `SELECT floor(at / $3::double precision) * $3 AS at, array_to_json(${SUMMED})::text AS counts
       FROM ${schema}.metrics
       WHERE step IN (${stepMs < HOUR_MS ? MINUTES : `${HOURS}, ${MINUTES}`}) AND at >= $1 AND at < $2 ${own} GROUP BY 1`,
      [since, until, stepMs, ...(subscriptionId === null ? [] : [toText(subscriptionId)])],
    )
    return rows.map(({ at, counts }) => ({ at, counts: JSON.parse(counts) as number[] }))
  },
  rollUp: async ({ minutesBefore, hoursBefore, limit }) => {
    const oldest = (step: number, before: string, most: string) =>
      `DELETE FROM ${schema}.metrics WHERE (step, subscription_id, at) IN (
         SELECT step, subscription_id, at FROM ${schema}.metrics WHERE step = ${step} AND at < ${before}
         ORDER BY at LIMIT ${most} FOR UPDATE SKIP LOCKED) RETURNING *`
    // Hours in the order of their key: two processes that add to the same do not wait for each other crosswise.
    const [rolled] = await database.query<{ rows: number }>(
      `WITH old AS (${oldest(MINUTES, '$1', '$2')}), added AS (
         INSERT INTO ${schema}.metrics AS m (step, subscription_id, at, counts)
         SELECT ${HOURS}, subscription_id, floor(at / ${HOUR_MS}) * ${HOUR_MS} AS hour, ${SUMMED}::integer[]
         FROM old GROUP BY subscription_id, hour ORDER BY subscription_id, hour
         ON CONFLICT (step, subscription_id, at) DO UPDATE SET counts = ${ADDED}
       )
       SELECT count(*)::integer AS rows FROM old`,
      [minutesBefore, limit],
    )
    const minutes = rolled?.rows ?? 0
    if (minutes === limit) return minutes
    const [forgotten] = await database.query<{ rows: number }>(
      `WITH old AS (${oldest(HOURS, '$1', '$2')}) SELECT count(*)::integer AS rows FROM old`,
      [hoursBefore, limit - minutes],
    )
    return minutes + (forgotten?.rows ?? 0)
  },
})
