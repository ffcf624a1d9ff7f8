import { CONCURRENCY, densest, type Arrival } from '@swigs/webhooks-dispatcher/processes'
import type { DeliveryView, SubscriptionView } from '@swigs/webhooks-dispatcher'
import { RATE_LIMIT, type Fleet } from './fleet.js'
import { HEALTHY, USUAL, VICTIM } from './receivers.js'

/** What a round left behind. */
export interface Remains {
  readonly fleet: Fleet
  readonly arrivals: readonly Arrival[]
  /** By path. */
  readonly subscriptions: ReadonlyMap<string, SubscriptionView>
  /** By path. */
  readonly deliveries: ReadonlyMap<string, readonly DeliveryView[]>
  /** Whether a death never leaves an outcome without its statistics; else it may, and the docs say so. */
  readonly exactStatistics: boolean
}

/** What came of the promises in a round. */
export interface Account {
  readonly lost: number
  readonly duplicates: number
  readonly windowsOver: number
  readonly givenUp: number
  /** Outcomes that a death has kept from being counted in the statistics, where that may be. */
  readonly uncounted: number
  /** Every promise that was broken, in words. */
  readonly breaches: readonly string[]
}

const isYes = ({ status }: Arrival) => status !== undefined && status >= 200 && status < 300

/** Compares what was accepted, what arrived, what is on record, and what is counted. */
export const accountFor = (remains: Remains): Account => {
  const breaches: string[] = [...remains.fleet.fallen]
  const lost = findLost(remains)
  breaches.push(...lost)
  breaches.push(...findUnaccepted(remains))
  const { count: duplicates, breaches: repeated } = findDuplicates(remains)
  breaches.push(...repeated)
  const { count: uncounted, breaches: miscounted } = findMiscounted(remains)
  breaches.push(...miscounted, ...findUnexplained(remains))
  const over = findOver(remains)
  breaches.push(...over)
  const all = [...remains.deliveries.values()].flat()
  const givenUp = all.filter(({ status }) => status === 'failed').length
  return { lost: lost.length, duplicates, windowsOver: over.length, givenUp, uncounted, breaches }
}

const keyOf = (path: string, eventId: string) => `${path} ${eventId}`

/** Every accepted event arrived at each that wanted it, or is on record as given up. */
const findLost = ({ fleet, arrivals, deliveries }: Remains): string[] => {
  const seen = new Set(arrivals.filter(isYes).map(({ path, eventId }) => keyOf(path, eventId)))
  const lost: string[] = []
  for (const [path, records] of deliveries) {
    const byEvent = new Map(records.map((record) => [record.eventId, record]))
    for (const [n, { id, type }] of fleet.accepted) {
      if (type === USUAL && !HEALTHY.includes(path)) continue
      const record = byEvent.get(id)
      // What is fanned out while its row is broken cannot be meant for it.
      if (!record && path === VICTIM) continue
      if (!record) lost.push(`event ${n} (${id}) has no delivery to ${path}`)
      else if (record.status === 'pending') lost.push(`event ${n} (${id}) is still pending for ${path}`)
      else if (record.status === 'delivered' && !seen.has(keyOf(path, id)))
        lost.push(`event ${n} (${id}) is on record as delivered to ${path}, and never arrived`)
    }
  }
  return lost
}

/** Nothing arrives that nobody tried to dispatch, that was refused for good, or under another id. */
const findUnaccepted = ({ fleet, arrivals }: Remains): string[] =>
  arrivals.flatMap(({ n, eventId, path }) => {
    const refusal = fleet.refused.get(n)
    if (!fleet.tried.has(n)) return [`${path} got event ${n}, which nobody dispatched`]
    if (refusal !== undefined && refusal !== 'STORAGE_UNAVAILABLE')
      return [`${path} got event ${n}, which was refused: ${refusal}`]
    const accepted = fleet.accepted.get(n)
    return accepted && accepted.id !== eventId ? [`${path} got event ${n} under another id`] : []
  })

/** What was answered with a yes and sent again was in flight when its process was disturbed. */
const findDuplicates = ({ fleet, arrivals, deliveries }: Remains) => {
  const answered = new Map<string, Arrival[]>()
  for (const arrival of arrivals.filter(isYes)) {
    const key = keyOf(arrival.path, arrival.eventId)
    answered.set(key, [...(answered.get(key) ?? []), arrival])
  }
  const unanswered = new Map<string, number>()
  for (const [path, records] of deliveries)
    for (const { eventId, attempts } of records)
      unanswered.set(keyOf(path, eventId), attempts.filter(({ statusCode }) => statusCode === null).length)
  const charged = new Map<string, number>()
  let count = 0
  for (const [key, group] of answered) {
    // One is on record with a yes; those on record without an answer the sender did not hear of.
    const repeats = group.length - 1 - (unanswered.get(key) ?? 0)
    // Each of those that were disturbed over it is charged for one.
    const disturbed = group.filter((one) => fleet.disturbed.has(one.process))
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      count += 1
      const { process } = disturbed[repeat] ?? disturbed[0] ?? group[repeat] ?? group[0] ?? { process: '' }
      charged.set(process, (charged.get(process) ?? 0) + 1)
    }
  }
  const breaches = [...charged].flatMap(([process, repeats]) => {
    const most = (fleet.disturbed.get(process) ?? 0) * 2 * CONCURRENCY
    return repeats > most
      ? [`process ${process} had ${repeats} sent again, of ${most} that could be in flight`]
      : []
  })
  return { count, breaches }
}

/** Statistics say what the deliveries say. Nothing is counted twice; what is not counted at all, a death has prevented. */
const findMiscounted = ({ fleet, subscriptions, deliveries, exactStatistics }: Remains) => {
  const differences = [...subscriptions].flatMap(([path, { stats }]) => {
    const records = deliveries.get(path) ?? []
    const number = (status: string) => records.filter((record) => record.status === status).length
    return [
      { path, what: 'delivered', counted: stats.totalSent, are: number('delivered') },
      { path, what: 'given up', counted: stats.totalFailed, are: number('failed') },
    ]
  })
  const missing = differences.reduce((sum, { counted, are }) => sum + Math.max(0, are - counted), 0)
  const disturbances = [...fleet.disturbed.values()].reduce((sum, times) => sum + times, 0)
  const most = exactStatistics ? 0 : disturbances * 2 * CONCURRENCY
  const breaches = differences
    .filter(({ counted, are }) => counted > are || (counted < are && missing > most))
    .map(({ path, what, counted, are }) => `${path} is counted ${counted} ${what}, and ${are} are`)
  return { count: missing, breaches }
}

/** Attempts are numbered one after the other, none is missing, and the last of what was delivered is a yes. */
const findUnexplained = ({ deliveries }: Remains): string[] =>
  [...deliveries].flatMap(([path, records]) =>
    records
      .filter(({ attempts, attemptCount, status }) => {
        const last = attempts.at(-1)?.statusCode ?? 0
        const inOrder = attempts.every((attempt, index) => attempt.number === index + 1)
        const isExplained = (status === 'delivered') === (last >= 200 && last < 300)
        return !inOrder || attempts.length !== attemptCount || !isExplained
      })
      .map(({ id }) => `the attempts of delivery ${id} to ${path} do not add up`),
  )

const findOver = ({ arrivals, deliveries }: Remains): string[] =>
  [...deliveries.keys()].flatMap((path) => {
    const most = densest(
      arrivals.filter((arrival) => arrival.path === path),
      RATE_LIMIT.windowMs,
    )
    return most > RATE_LIMIT.limit ? [`${path} saw ${most} requests in a window of ${RATE_LIMIT.limit}`] : []
  })

/** For each healthy lane whose last request was of a process that was killed: ms from the kill to the lane's next one. */
export const recoveryTimes = ({ fleet, arrivals }: Remains): number[] =>
  HEALTHY.flatMap((path) => {
    const own = arrivals.filter((arrival) => arrival.path === path)
    return fleet.kills.flatMap(({ process, at }) => {
      const next = own.findIndex((arrival) => arrival.at > at)
      const [last, first] = [own[next - 1], own[next]]
      return last?.process === process && first ? [first.at - at] : []
    })
  })
