import { expect } from 'vitest'
import { laneOf } from '../support.js'
import type { Arrival, EngineLog } from './engine-log.js'
import { POLL_MS, UNKNOWN_MS, type EngineWorld } from './engine-world.js'

/** What is answered so is tried again. */
const RETRIED = [429, 503]

const subscriptionOf = (log: EngineLog, deliveryId: string) =>
  log.subscriptions.find(({ id }) => deliveryId.endsWith(`_${id}`))

/** Whether somebody may have switched its subscription off, or removed it, from a moment on. */
const wasOff = (log: EngineLog, deliveryId: string, since: number): boolean =>
  subscriptionOf(log, deliveryId)?.state.some(({ order, value }) => value === 'off' && order > since) ?? false

/** From when on each time counts that a delivery was asked for again, the first one first. */
export const askedAgain = (log: EngineLog, deliveryId: string): number[] =>
  [
    ...log.asked.filter((one) => one.deliveryId === deliveryId && one.value === 'resend'),
    ...log.replays.filter(({ which }) => which !== 'missing'),
  ]
    .map(({ order }) => order)
    .sort((one, other) => one - other)

/**
 * Whether a replay whose slice is repeated after a death may take for old what it has sent itself: that ended in the very
 * millisecond in which the replay was asked for, or by a clock that was set back since.
 */
export const mayRepeat = (
  log: EngineLog,
  { order, endedAt }: { readonly order: number; readonly endedAt: number | null },
): boolean =>
  log.replays.some(
    (one) =>
      one.order < order && (one.at === endedAt || log.setBack.some((back) => back >= one.at - POLL_MS)),
  )

/**
 * What was recorded as ended is sent again only where somebody asked for it, once for each time, and what was not recorded only
 * where whoever sent it was interrupted, or the clock was set forward: then its lease has passed for others.
 */
export const nothingTwice = (log: EngineLog): void => {
  const latest = new Map<string, Arrival>()
  const repeats = new Map<string, number>()
  for (const arrival of log.arrivals) {
    const { deliveryId, order } = arrival
    const before = latest.get(deliveryId)
    latest.set(deliveryId, arrival)
    if (!before || RETRIED.includes(before.status)) continue
    const wasSet = log.setForward.some((at) => at >= before.at - UNKNOWN_MS && at <= arrival.at)
    const isEnded = before.outcome !== null && before.outcome !== 'pending'
    if (!isEnded && (before.isInterrupted || wasSet)) continue
    if (mayRepeat(log, before)) continue
    const times = (repeats.get(deliveryId) ?? 0) + 1
    repeats.set(deliveryId, times)
    const asked = askedAgain(log, deliveryId).filter((since) => since < order)
    expect(asked.length, `${deliveryId} came again so often, and was asked for`).toBeGreaterThanOrEqual(times)
  }
}

/** What a replay had to send came after it, or somebody made an end of it. */
export const allReplayed = async (log: EngineLog, world: EngineWorld): Promise<void> => {
  for (const { order, which, wanted } of log.replays)
    for (const id of wanted) {
      const delivery = await world.storage.deliveries.get(id)
      const isOver =
        wasOff(log, id, order) ||
        log.asked.some((one) => one.deliveryId === id && one.value === 'cancel' && one.order > order)
      if (isOver) continue
      expect(delivery, `${id} is on record after a replay of what is ${which}`).not.toBeNull()
      const came = log.arrivals.some((one) => one.deliveryId === id && one.order > order)
      expect(came, `${id} came after a replay of what is ${which}`).toBe(true)
    }
}

/** Nothing is given up but for what people did and receivers said: a pause is neither. */
export const givenUpForACause = async (log: EngineLog, world: EngineWorld): Promise<void> => {
  for (const { id, status, reason } of await world.storage.deliveries.list({ after: null, limit: 10_000 })) {
    if (status === 'delivered') continue
    const causes = {
      rejected: log.arrivals.some((one) => one.deliveryId === id && one.status === 404),
      retries_exhausted: log.arrivals.some((one) => one.deliveryId === id && RETRIED.includes(one.status)),
      cancelled: log.asked.some((one) => one.deliveryId === id && one.value === 'cancel'),
      subscription_off: wasOff(log, id, 0),
      subscription_removed: subscriptionOf(log, id)?.isRemoved === true,
    }
    expect(causes, `${id} is ${status} for a cause`).toMatchObject({ [String(reason)]: true })
  }
}

/** Whoever looks for work finds the lane of what is pending for a subscription. */
export const laneIsDue = async ({ storage, wall }: EngineWorld, subscriptionId: string): Promise<void> => {
  const [next] = await storage.lanes.upcoming({ subscriptionId, limit: 1 })
  if (!next) return
  const lane = await laneOf(storage, subscriptionId)
  expect(lane?.dueAt, 'when a lane is due').toBeLessThanOrEqual(Math.max(wall, next.dueAt))
}
