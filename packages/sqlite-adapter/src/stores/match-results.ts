import type { AttemptResult } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row, Value } from '../drivers/driver.js'
import { eventIdsOf } from './find-delivery.js'
import { inRows } from './in-rows.js'

/** A result, and the waiting delivery that it is of. */
export interface Match {
  readonly result: AttemptResult
  /** Its row in `pending`. */
  readonly row: Row
}

/** A result whose lane is held under its token. */
interface Candidate {
  readonly result: AttemptResult
  readonly sub: number
  readonly eventIds: readonly [string, string]
}

/** Those whose lane is held under their token; a delivery's id without its prefix and its lane's subscription is its event's. */
const candidatesOf = (database: Database, results: readonly AttemptResult[]): Candidate[] => {
  const subs = new Map<string, number | null>()
  for (const { subscriptionId } of results)
    if (!subs.has(subscriptionId)) subs.set(subscriptionId, database.names.numberOf(subscriptionId))
  const tokens = new Map<number, Value | undefined>()
  const asked = [...subs.values()].flatMap((sub) => (sub === null ? [] : [[sub]]))
  inRows(asked, (places, bound) => {
    const rows = database.sql(`SELECT sub, token FROM lanes WHERE sub IN (VALUES ${places})`).all(...bound)
    for (const row of rows) tokens.set(Number(row['sub']), row['token'])
  })
  return results.flatMap((result) => {
    const { deliveryId, subscriptionId, token } = result
    const sub = subs.get(subscriptionId) ?? null
    if (sub === null || tokens.get(sub) !== token) return []
    if (!deliveryId.startsWith('dlv_') || !deliveryId.endsWith(`_${subscriptionId}`)) return []
    return [{ result, sub, eventIds: eventIdsOf(deliveryId.slice(4, -subscriptionId.length - 1)) }]
  })
}

/**
 * Within a write: takes the deliveries that end out of `pending`, and finds those that go on waiting. Each result that applies,
 * once: its lane is held under its token, its delivery waits and has as many attempts as it expects.
 */
export const matchResults = (
  database: Database,
  results: readonly AttemptResult[],
): { ended: Match[]; retried: Match[] } => {
  const candidates = candidatesOf(database, results)
  const quick = takeKnown(database, candidates)
  const taken = new Set(quick.map(({ result }) => result))
  const others = search(
    database,
    candidates.filter(({ result }) => !taken.has(result)),
  )
  const [retried, late] = [
    others.filter(({ result }) => result.status === 'pending'),
    others.filter(({ result }) => result.status !== 'pending'),
  ]
  const places = late.map(({ row }) => [row['created_at'], row['event'], row['sub']] as Value[])
  inRows(places, (rows, bound) =>
    database.sql(`DELETE FROM pending WHERE (created_at, event, sub) IN (VALUES ${rows})`).run(...bound),
  )
  return { ended: [...quick, ...late], retried }
}

/** Those that end and whose place is known from the queue that they were sent from: found and taken out in one statement. */
const takeKnown = (database: Database, candidates: readonly Candidate[]): Match[] => {
  const waiting = new Map<string, AttemptResult>()
  const byCount = new Map<number, Value[][]>()
  for (const { result, sub, eventIds } of candidates) {
    const place = database.places.get(eventIds[0]) ?? database.places.get(eventIds[1])
    if (!place || result.status === 'pending' || waiting.has(`${place.event} ${sub}`)) continue
    waiting.set(`${place.event} ${sub}`, result)
    const rows = byCount.get(result.expectedAttemptCount) ?? []
    rows.push([place.createdAt, place.event, sub])
    byCount.set(result.expectedAttemptCount, rows)
  }
  const matches: Match[] = []
  for (const [count, asked] of byCount)
    inRows(asked, (places, bound) => {
      const rows = database
        .sql(
          `DELETE FROM pending WHERE (created_at, event, sub) IN (VALUES ${places}) AND attempt_count = ?
           RETURNING created_at, event, sub, once`,
        )
        .all(...bound, count)
      for (const row of rows) {
        const result = waiting.get(`${row['event']} ${row['sub']}`)
        if (result) matches.push({ result, row })
      }
    })
  return matches
}

const search = (database: Database, candidates: readonly Candidate[]): Match[] => {
  const matches = new Map<string, Match>()
  const asked = candidates.map(({ sub, eventIds }, index) => [index, sub, ...eventIds])
  inRows(asked, (places, bound) => {
    const rows = database
      .sql(
        `WITH asked (n, sub, id, other) AS (VALUES ${places})
         SELECT asked.n, p.created_at, p.event, p.sub, p.due_at, p.attempt_count, p.once FROM asked
         CROSS JOIN events e ON e.id IN (asked.id, asked.other)
         CROSS JOIN fan_outs f ON f.event = e.n
         CROSS JOIN pending p ON p.created_at = f.created_at AND p.event = f.event AND p.sub = asked.sub`,
      )
      .all(...bound)
    for (const row of rows) {
      const result = candidates[Number(row['n'])]?.result
      const delivery = `${row['event']} ${row['sub']}`
      if (result?.expectedAttemptCount === row['attempt_count'] && !matches.has(delivery))
        matches.set(delivery, { result, row } as Match)
    }
  })
  return [...matches.values()]
}
