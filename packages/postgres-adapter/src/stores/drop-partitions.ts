import { isUnavailable } from '../errors.js'
import type { At } from './at.js'
import { partitionDays, tableOf } from './partitions.js'

const DAY_MS = 86_400_000

/**
 * Drops the deliveries of whole days before an instant, in place of deleting them one by one: of those days alone whose
 * deliveries have all settled. Waits for nobody for long: a day that is being read is left to the next time.
 */
export const dropPartitions = async (at: At, before: number): Promise<void> => {
  const { database, schema } = at
  const days = (await partitionDays({ schema, query: database.query })).filter(
    (day) => (day + 1) * DAY_MS <= before,
  )
  for (const day of days.sort((a, b) => a - b))
    try {
      await database.transaction(async (query) => {
        await query("SET LOCAL lock_timeout = '200ms'")
        // Resending a delivery of that day takes it from there, and waits.
        await query(`LOCK TABLE ${tableOf(schema, day)} IN ACCESS EXCLUSIVE MODE`)
        const [found] = await query<{ busy: boolean }>(
          `SELECT EXISTS (SELECT FROM ${schema}.pending WHERE day = $1)
             OR EXISTS (SELECT FROM ${schema}.unfanned u JOIN ${schema}.events e ON e.id = u.event_id
               WHERE floor(e.accepted_at / 86400000) = $1) AS busy`,
          [day],
        )
        if (found?.busy) return
        await query(`DROP TABLE ${tableOf(schema, day)}`)
        await query(`DELETE FROM ${schema}.tally WHERE day = $1`, [day])
      })
    } catch (error) {
      if (!isUnavailable(error)) throw error
    }
}
