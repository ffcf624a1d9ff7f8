import type { Maintenance, StorageCounts } from '@swigs/webhooks-dispatcher/storage-kit'
import type { At } from './at.js'
import { pruneEvents } from './prune.js'
import { repairLanes } from './repair.js'

export const postgresMaintenance = (at: At): Maintenance => {
  const { database, schema } = at
  return {
    counts: async ({ now }) => {
      const [counts] = await database.query<StorageCounts>(
        `SELECT p.pending, p.due, p.oldest AS "oldestDueAt", t.delivered, t.failed, t.cancelled,
           (SELECT count(*)::integer FROM ${schema}.unfanned) AS "pendingEvents",
           (SELECT l.ready_at FROM ${schema}.lanes l WHERE l.due_at < 8640000000000000
            ORDER BY l.ready_at LIMIT 1) AS "nextDueAt"
         FROM (
           SELECT count(*)::integer AS pending, (count(*) FILTER (WHERE due_at <= $1))::integer AS due,
             min(due_at) FILTER (WHERE due_at <= $1) AS oldest FROM ${schema}.pending
         ) p, (
           SELECT coalesce(sum(delivered), 0) AS delivered, coalesce(sum(failed), 0) AS failed,
             coalesce(sum(cancelled), 0) AS cancelled FROM ${schema}.tally
         ) t`,
        [now],
      )
      if (!counts) throw new TypeError('an aggregate has no row')
      return counts
    },
    prune: (input) => pruneEvents(at, input),
    repair: (input) => repairLanes(at, input),
  }
}
