import type { At } from './at.js'
import { makePartitions } from './partitions.js'

/** `check_violation`: also what an insert meets for which there is no partition. */
const NO_PARTITION = '23514'

/** `unique_violation`: one of the deliveries has settled. */
const SETTLED = '23505'

/**
 * Runs a call that settles deliveries. What keeps it from that is mended, and it runs again: the partition of a day that is not
 * there yet; and a delivery that is pending and settled as well, as releases before step 6 of the schema could leave it, which
 * would hold up for ever whatever is settled together with it.
 */
export const settling = async <T>(at: At, ids: readonly string[], run: () => Promise<T>): Promise<T> => {
  const mends = { [NO_PARTITION]: makePartitions, [SETTLED]: forgetSettled }
  for (;;)
    try {
      return await run()
    } catch (error) {
      const code = (error as { code?: unknown }).code as keyof typeof mends
      const mend = mends[code] as typeof makePartitions | undefined
      if (mend === undefined) throw error
      await mend(at, ids)
      // Each is mended once: what comes back is something else.
      Reflect.deleteProperty(mends, code)
    }
}

/** Of what is settled, nothing is pending. */
const forgetSettled = async ({ database, schema }: At, ids: readonly string[]): Promise<void> => {
  await database.query(
    `DELETE FROM ${schema}.pending p WHERE p.id IN (SELECT json_array_elements_text($1::text::json))
       AND EXISTS (SELECT FROM ${schema}.settled s WHERE s.id = p.id AND s.day = p.day)`,
    [JSON.stringify(ids)],
  )
}
