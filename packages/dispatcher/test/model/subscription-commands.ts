import { expect } from 'vitest'
import { stateOf, type RateLimit } from '../../src/core/subscription.js'
import { laneIsDue } from './engine-outcomes.js'
import { changed, command, pick } from './command.js'
import type { EngineLog, SubscriptionLog } from './engine-log.js'
import { RATE, type EngineWorld } from './engine-world.js'

/** Who is off when an event is fanned out is not to have it. */
const forgetUnfanned = async (log: EngineLog, world: EngineWorld, id: string) => {
  const left = await world.storage.events.unfanned({ now: Infinity, limit: 10_000 })
  for (const event of left) log.accepted.get(event.id)?.delete(id)
}

const change = (
  name: string,
  whom: number,
  which: number,
  make: (log: EngineLog, world: EngineWorld, one: SubscriptionLog) => Promise<unknown>,
) =>
  command(`${name}, by ${whom}, of ${which}`, async (log, world) => {
    const one = pick(
      log.subscriptions.filter(({ isRemoved }) => !isRemoved),
      which,
    )
    if (one) await make(log, world, one)
  })

/** Notes what a change has left of a subscription's state. */
const noteState = async (
  log: EngineLog,
  world: EngineWorld,
  one: SubscriptionLog,
  { whom, answer }: { readonly whom: number; readonly answer: unknown },
) => {
  const [stored] = await world.storage.subscriptions.get([one.id])
  if (stored) one.state.push(changed(log, world, whom, answer, stateOf(stored)))
}

/** What is pending for a subscription and not under way: nothing of it is left when that is switched off. */
const waiting = async (log: EngineLog, world: EngineWorld, id: string) => {
  const rows = await world.storage.deliveries.list({
    subscriptionId: id,
    status: 'pending',
    after: null,
    limit: 10_000,
  })
  const underWay = log.underWay()
  return rows.map((row) => row.id).filter((deliveryId) => !underWay.has(deliveryId))
}

/** Off, by either of the two calls for it. */
export const switchOff = (whom: number, which: number, how: 'update' | 'pause') =>
  change(`off (${how})`, whom, which, async (log, world, one) => {
    await forgetUnfanned(log, world, one.id)
    const before = await waiting(log, world, one.id)
    const answer = await world.call(whom, ({ subscriptions }) =>
      how === 'pause'
        ? subscriptions.pause(one.id, { keep: false })
        : subscriptions.update(one.id, { isActive: false }),
    )
    await noteState(log, world, one, { whom, answer })
    if (answer === 'died') return
    const left = new Set(await waiting(log, world, one.id))
    const kept = before.filter((id) => left.has(id))
    expect(kept, 'what waits for a subscription that is switched off').toEqual([])
  })

/** On; one that is paused stays so. */
export const switchOn = (whom: number, which: number) =>
  change('on', whom, which, async (log, world, one) => {
    const answer = await world.call(whom, ({ subscriptions }) =>
      subscriptions.update(one.id, { isActive: true }),
    )
    await noteState(log, world, one, { whom, answer })
  })

/** Sends nothing for now, and keeps what happens. */
export const pause = (whom: number, which: number) =>
  change('pause', whom, which, async (log, world, one) => {
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.pause(one.id))
    await noteState(log, world, one, { whom, answer })
  })

/** Ends a pause, and an off: nobody has to look for what waits, or to repair its lane. */
export const resume = (whom: number, which: number) =>
  change('resume', whom, which, async (log, world, one) => {
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.resume(one.id))
    await noteState(log, world, one, { whom, answer })
    if (answer !== 'died') await laneIsDue(world, one.id)
  })

/** Removed for good. */
export const remove = (whom: number, which: number) =>
  change('remove', whom, which, async (log, world, one) => {
    await forgetUnfanned(log, world, one.id)
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.remove(one.id))
    const isGone = (await world.storage.subscriptions.get([one.id])).length === 0
    if (!isGone) return
    one.isRemoved = true
    one.state.push(changed(log, world, whom, answer, 'off'))
  })

/** A new secret; the old one signs beside it for a time. */
export const rotate = (whom: number, which: number, overlapMs: number) =>
  change(`rotate(${overlapMs})`, whom, which, async (log, world, one) => {
    await world.call(whom, ({ subscriptions }) => subscriptions.rotateSecret(one.id, { overlapMs }))
    const [stored] = await world.storage.subscriptions.get([one.id])
    const value = stored?.secrets[0]?.value
    const before = one.secrets.at(-1)
    if (!value || !before || value === before.value) return
    Object.assign(before, { replacedAt: world.at, expiresAt: world.wall + overlapMs })
    one.secrets.push({ value, replacedAt: Infinity, expiresAt: Infinity })
  })

/** Its own limit, or none. */
export const setLimit = (whom: number, which: number, rateLimit: RateLimit | false) =>
  change(`limit(${rateLimit === false ? 'none' : rateLimit.limit})`, whom, which, async (log, world, one) => {
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.update(one.id, { rateLimit }))
    const [stored] = await world.storage.subscriptions.get([one.id])
    if (stored) one.limit.push(changed(log, world, whom, answer, stored.rateLimit ?? RATE))
  })

/** Another address. */
export const move = (whom: number, which: number) =>
  change('url', whom, which, async (log, world, one) => {
    const url = `https://app-${log.next()}.example.com/`
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.update(one.id, { url }))
    const [stored] = await world.storage.subscriptions.get([one.id])
    if (stored) one.url.push(changed(log, world, whom, answer, stored.url))
  })

/** Ends what holds it. */
export const release = (whom: number, which: number) =>
  change('release', whom, which, (_log, world, one) =>
    world.call(whom, ({ subscriptions }) => subscriptions.release(one.id)),
  )
