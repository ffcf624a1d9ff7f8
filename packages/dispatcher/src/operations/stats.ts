import type { Stats } from '../api/stats.js'
import type { Clock } from '../ports/clock.js'
import type { Maintenance } from '../ports/storage/maintenance.js'

export const readStats = async (maintenance: Maintenance, clock: Clock, inFlight: number): Promise<Stats> => {
  const now = clock.now()
  const { oldestDueAt, nextDueAt, ...counts } = await maintenance.counts({ now })
  return {
    ...counts,
    inFlight,
    oldestDueAgeMs: oldestDueAt === null ? 0 : Math.max(0, Math.round(now - oldestDueAt)),
    nextDueAt: nextDueAt === null ? null : new Date(nextDueAt),
  }
}
