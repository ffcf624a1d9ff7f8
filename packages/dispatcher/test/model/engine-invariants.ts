import { signStandard } from '@swigs/webhooks-protocol'
import { expect } from 'vitest'
import { MAX_ATTEMPTS_KEPT } from '../../src/core/attempt.js'
import type { Arrival, Change, EngineLog, SubscriptionLog } from './engine-log.js'
import {
  allReplayed,
  askedAgain,
  givenUpForACause,
  laneIsDue,
  mayRepeat,
  nothingTwice,
} from './engine-outcomes.js'
import { POLL_MS, RATE, UNKNOWN_MS, type EngineWorld } from './engine-world.js'

/** For so long a process that owns a lane may send what it has loaded, though another cancelled it, ms. */
const LOADED_MS = 10_000

/** The values that a process may have gone by when something arrived. */
const valuesAt = <T>(changes: readonly Change<T>[], { order, at, process }: Arrival): T[] =>
  changes
    .filter((change, index) => {
      const next = changes[index + 1]
      if (change.order > order) return false
      return !next || next.order > order || (next.by !== process && at - next.at <= UNKNOWN_MS)
    })
    .map(({ value }) => value)

/** Every accepted event is on record for each who was to have it, and what is delivered was answered so. */
const nothingLost = async (log: EngineLog, world: EngineWorld) => {
  for (const [eventId, wanted] of log.accepted)
    for (const id of wanted) {
      const deliveryId = `dlv_${eventId.slice(4)}_${id}`
      const delivery = await world.storage.deliveries.get(deliveryId)
      expect(delivery, `${deliveryId} is on record`).not.toBeNull()
      if (delivery?.status !== 'delivered') continue
      const answered = log.arrivals.some((one) => one.deliveryId === deliveryId && one.status === 200)
      expect(answered, `${deliveryId} was delivered`).toBe(true)
    }
}

const nothingCancelled = (log: EngineLog) => {
  for (const { deliveryId, value, order, at, by } of log.asked) {
    if (value !== 'cancel' || mayRepeat(log, { order, endedAt: at })) continue
    const again = askedAgain(log, deliveryId).find((since) => since > order) ?? Infinity
    const late = log.arrivals.filter(
      (one) =>
        one.deliveryId === deliveryId &&
        one.order > order &&
        one.order < again &&
        (one.process === by || one.at - at > LOADED_MS),
    )
    expect(
      late.map((one) => one.at - at),
      'ms from a cancellation to what came all the same',
    ).toEqual([])
  }
}

/** The most that a limit lets through in any of its windows, by the limits that held in it. */
const withinLimits = (log: EngineLog, one: SubscriptionLog, arrivals: readonly Arrival[]) => {
  for (const [index, { at }] of arrivals.entries()) {
    const end = at + RATE.windowMs
    const within = arrivals.slice(index).filter((arrival) => arrival.at < end)
    const held = one.limit.filter((change, place) => {
      const next = one.limit[place + 1]
      // A window has forgotten what was sent before a limit that is longer ago than it is long.
      return change.at <= end && (!next || next.at + UNKNOWN_MS + RATE.windowMs >= at)
    })
    const most = Math.max(...held.map(({ value }) => (value === false ? Infinity : value.limit)))
    const near = (time: number) => time > at - RATE.windowMs && time <= end
    // Whoever begins after the clock was set forward cannot know, nor whoever has not seen that it was back before: each time, a window
    // may hold once more what the one before it held.
    const unknown = log.setForward
      .filter(near)
      .filter(
        (set) => log.begun.some(near) || log.setBack.some((back) => set >= back && set - back <= POLL_MS),
      )
    expect(within.length, 'requests in a window').toBeLessThanOrEqual((1 + unknown.length) * most)
  }
}

/** By secrets that were valid then, and by none that was not. */
const signedRight = ({ secrets }: SubscriptionLog, { headers, body, at, wall }: Arrival) => {
  const valid = secrets.filter(
    ({ expiresAt, replacedAt }) => expiresAt > wall - UNKNOWN_MS || at - replacedAt <= UNKNOWN_MS,
  )
  const id = headers['webhook-id'] ?? ''
  const timestampSeconds = headers['webhook-timestamp'] ?? ''
  const signatures = valid.map(({ value }) => signStandard({ id, timestampSeconds, body, secrets: [value] }))
  const made = (headers['webhook-signature'] ?? '').split(' ')
  expect(made.length).toBeGreaterThan(0)
  expect(signatures, 'signed with a secret that was valid').toEqual(expect.arrayContaining(made))
}

const ofOneSubscription = async (log: EngineLog, world: EngineWorld, one: SubscriptionLog) => {
  const arrivals = log.arrivals.filter(({ deliveryId }) => deliveryId.endsWith(`_${one.id}`))
  for (const arrival of arrivals) {
    expect(valuesAt(one.state, arrival), 'it was sent to what is on').toContain('active')
    expect(valuesAt(one.url, arrival), 'it went where the subscription is').toContain(arrival.url)
    signedRight(one, arrival)
  }
  withinLimits(log, one, arrivals)
  const [stored] = await world.storage.subscriptions.get([one.id])
  if (!stored) return
  const { delivered, failed } = log.outcome(one.id)
  expect(stored.stats).toMatchObject({ totalSent: delivered, totalFailed: failed })
}

const attemptsAddUp = async (log: EngineLog, world: EngineWorld) => {
  for (const delivery of await world.storage.deliveries.list({ after: null, limit: 10_000 })) {
    const sent = log.arrivals.filter(({ deliveryId }) => deliveryId === delivery.id)
    const recorded = sent.filter(({ outcome }) => outcome !== null).length
    expect(delivery.attemptCount, 'attempts are what was recorded').toBe(recorded)
    expect(delivery.attempts).toHaveLength(Math.min(recorded, MAX_ATTEMPTS_KEPT))
  }
}

/** Lets everything go on, waits until nothing is left to do, and says what must hold whatever has happened. */
export const settleAndCheck = async (log: EngineLog, world: EngineWorld): Promise<void> => {
  world.answer = { status: 200, latencyMs: 0, retryAfter: null }
  for (const one of log.subscriptions.filter(({ isRemoved }) => !isRemoved)) {
    // What is resumed needs no more than that; what is on may still be held.
    if (one.state.at(-1)?.value === 'active') await world.office.subscriptions.release(one.id)
    else {
      await world.office.subscriptions.resume(one.id)
      await laneIsDue(world, one.id)
    }
    one.state.push({ order: log.next(), at: world.at, by: null, value: 'active' })
  }
  const left = async () => {
    const { pending, pendingEvents } = await world.storage.maintenance.counts({ now: world.wall })
    const replays = await world.storage.replays.list({ running: true, after: null, limit: 1_000 })
    return { pending, pendingEvents, replays: replays.length }
  }
  const none = { pending: 0, pendingEvents: 0, replays: 0 }
  const isDone = async () => JSON.stringify(await left()) === JSON.stringify(none)
  for (let minute = 0; minute < 30 && !(await isDone()); minute += 0.25) {
    await world.base.advance(15_000)
    await world.revive()
  }
  expect(await left(), 'all is done in the end').toEqual(none)
  await nothingLost(log, world)
  nothingTwice(log)
  await allReplayed(log, world)
  await givenUpForACause(log, world)
  nothingCancelled(log)
  await attemptsAddUp(log, world)
  for (const one of log.subscriptions) await ofOneSubscription(log, world, one)
  const events = new Set(log.arrivals.map(({ headers }) => headers['webhook-id'] ?? ''))
  const unknown = [...events].filter((id) => !log.accepted.has(id)).length
  expect(unknown, 'nothing arrives that nobody asked for').toBeLessThanOrEqual(log.unanswered)
}
