import type { Stats } from '../api/stats.js'
import type { Clock } from '../ports/clock.js'
import type { Maintenance } from '../ports/storage/maintenance.js'
import type { MalformedRow } from '../ports/storage/report.js'

export const readStats = async (input: {
  maintenance: Maintenance
  clock: Clock
  inFlight: number
  lanesHeld: number
  malformed: readonly MalformedRow[]
}): Promise<Stats> => {
  const now = input.clock.now()
  const { oldestDueAt, nextDueAt, ...counts } = await input.maintenance.counts({ now })
  return {
    ...counts,
    inFlight: input.inFlight,
    lanesHeld: input.lanesHeld,
    oldestDueAgeMs: oldestDueAt === null ? 0 : Math.max(0, Math.round(now - oldestDueAt)),
    nextDueAt: nextDueAt === null ? null : new Date(nextDueAt),
    malformed: input.malformed,
  }
}
