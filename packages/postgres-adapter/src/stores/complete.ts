import { metricsPlaces, type AttemptResult, type CompleteInput } from '@swigs/webhooks-dispatcher/storage-kit'
import { arrayText, columnTexts } from '../arrays.js'
import { attemptTexts, stateOf } from '../rows/delivery-row.js'
import { parametersOf } from '../schema/functions/columns.js'
import { RESULT } from '../schema/functions/complete.js'
import { fromText, toText, toTextOrNull } from '../text.js'
import type { At } from './at.js'
import { settling } from './settling.js'

/** Of so many calls one raises the floors of its lanes: between two of its owner's heartbeats much can settle. */
const RAISES_EVERY = 8

/**
 * Ends attempts; answers the ids of those that were left alone.
 * @param wrote told how many rows of the table of lanes were written, or more
 */
export const completeResults = (at: At, wrote: (rows: number) => void) => {
  const { database, schema } = at
  const columns = Object.keys(RESULT) as (keyof typeof RESULT)[]
  const [progressedAt, raisesAt, callAt, nowAt] = [1, 2, 3, 4].map((place) => `$${columns.length + place}`)
  const statement = `SELECT ${schema}.complete(${parametersOf(RESULT)}, ${progressedAt}::text::text[], ${raisesAt}::boolean, ${callAt}::text, ${nowAt}) AS id`
  const before = `SELECT g.id FROM json_array_elements_text($1::text::json) AS g(id)
    WHERE (SELECT p.call_hash FROM ${schema}.pending p WHERE p.id = g.id) = hashtextextended($2, 0)
      OR (SELECT s.call_hash FROM ${schema}.settled s WHERE s.id = g.id LIMIT 1) = hashtextextended($2, 0)`

  let calls = 0

  return async ({ callId, now, results, progressed }: CompleteInput): Promise<string[]> => {
    const rows = results.map(resultRow)
    const raises = calls % RAISES_EVERY === 0
    calls += 1
    const values = [...columnTexts(rows, columns), arrayText(progressed.map(toText)), raises, callId, now]
    const ids = rows.map(({ id }) => id)
    const done = await settling(at, ids, () => database.query<{ id: string }>(statement, values))
    wrote(done.length)
    const applied = new Set(done.map(({ id }) => fromText(id)))
    const left = ids.filter((id) => !applied.has(id))
    // Made before, and its answer lost: what that call has written is known by its name.
    const known =
      left.length > 0 ? await database.query<{ id: string }>(before, [JSON.stringify(left), callId]) : []
    for (const { id } of known) applied.add(fromText(id))
    // Of a delivery that comes twice in a call, the second is left alone.
    return results.flatMap(({ deliveryId }) => (applied.delete(deliveryId) ? [] : deliveryId))
  }
}

const resultRow = (result: AttemptResult, n: number) => {
  const { attempt } = result
  const [latency, failure] = metricsPlaces(result)
  return {
    n,
    id: toText(result.deliveryId),
    lane: toText(result.subscriptionId),
    token: toText(result.token),
    expected: result.expectedAttemptCount,
    state: stateOf(result.status),
    reason: result.reason,
    due_at: result.dueAt,
    step: result.scheduleStep,
    ...attemptTexts(attempt),
    ended_at: Math.ceil(attempt.startedAt + attempt.durationMs),
    error: toTextOrNull(attempt.error),
    latency,
    failure: failure ?? null,
  }
}
