import fc from 'fast-check'
import type { RateLimit } from '../../src/core/subscription.js'
import type { EngineLog, SubscriptionLog } from './engine-log.js'
import { LEASE_MS, RATE, type EngineWorld } from './engine-world.js'

/** One thing that people or fate do. What it may be done to is there when it is run: it can be run at any time. */
export type EngineCommand = fc.AsyncCommand<EngineLog, EngineWorld>

/** A command that finds every process alive, and leaves none dead or in the middle of something that it could do at once. */
export const command = (
  name: string,
  run: (log: EngineLog, world: EngineWorld) => Promise<unknown>,
): EngineCommand => ({
  check: () => true,
  run: async (log, world) => {
    await run(log, world)
    await world.base.advance(0)
    await world.revive()
  },
  toString: () => name,
})

const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % Math.max(1, items.length)]

/** What a change is known as: whoever made it knows of it, unless it died over it. */
export const changed = <T>(log: EngineLog, world: EngineWorld, whom: number, answer: unknown, value: T) => ({
  order: log.next(),
  at: world.at,
  by: answer === 'died' ? null : world.process(whom),
  value,
})

const accept = (whom: number) =>
  command(`accept(${whom})`, async (log, world) => {
    const wanted = log.subscriptions.filter(({ state }) => state.at(-1)?.value === 'on').map(({ id }) => id)
    const answer = await world.call(whom, (webhooks) => webhooks.dispatch('order.created', {}))
    if (typeof answer === 'string') log.unanswered += 1
    else if (answer.id !== null) log.accepted.set(answer.id, new Set(wanted))
  })

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

const switchTo = (whom: number, which: number, isActive: boolean) =>
  change(isActive ? 'on' : 'off', whom, which, async (log, world, one) => {
    if (!isActive) await forgetUnfanned(log, world, one.id)
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.update(one.id, { isActive }))
    const [stored] = await world.storage.subscriptions.get([one.id])
    one.state.push(changed(log, world, whom, answer, stored?.isActive ? 'on' : 'off'))
  })

const remove = (whom: number, which: number) =>
  change('remove', whom, which, async (log, world, one) => {
    await forgetUnfanned(log, world, one.id)
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.remove(one.id))
    const isGone = (await world.storage.subscriptions.get([one.id])).length === 0
    if (!isGone) return
    one.isRemoved = true
    one.state.push(changed(log, world, whom, answer, 'off'))
  })

const rotate = (whom: number, which: number, overlapMs: number) =>
  change(`rotate(${overlapMs})`, whom, which, async (log, world, one) => {
    await world.call(whom, ({ subscriptions }) => subscriptions.rotateSecret(one.id, { overlapMs }))
    const [stored] = await world.storage.subscriptions.get([one.id])
    const value = stored?.secrets[0]?.value
    const before = one.secrets.at(-1)
    if (!value || !before || value === before.value) return
    Object.assign(before, { replacedAt: world.at, expiresAt: world.wall + overlapMs })
    one.secrets.push({ value, replacedAt: Infinity, expiresAt: Infinity })
  })

const setLimit = (whom: number, which: number, rateLimit: RateLimit | false) =>
  change(`limit(${rateLimit === false ? 'none' : rateLimit.limit})`, whom, which, async (log, world, one) => {
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.update(one.id, { rateLimit }))
    const [stored] = await world.storage.subscriptions.get([one.id])
    if (stored) one.limit.push(changed(log, world, whom, answer, stored.rateLimit ?? RATE))
  })

const move = (whom: number, which: number) =>
  change('url', whom, which, async (log, world, one) => {
    const url = `https://app-${log.next()}.example.com/`
    const answer = await world.call(whom, ({ subscriptions }) => subscriptions.update(one.id, { url }))
    const [stored] = await world.storage.subscriptions.get([one.id])
    if (stored) one.url.push(changed(log, world, whom, answer, stored.url))
  })

const release = (whom: number, which: number) =>
  change('release', whom, which, (_log, world, one) =>
    world.call(whom, ({ subscriptions }) => subscriptions.release(one.id)),
  )

const ask = (whom: number, which: number, what: 'resend' | 'cancel') =>
  command(`${what}, by ${whom}, of ${which}`, async (log, world) => {
    const ids = (await world.storage.deliveries.list({ after: null, limit: 1_000 })).map(({ id }) => id)
    const deliveryId = pick(ids.sort(), which)
    if (deliveryId === undefined) return
    const order = log.next()
    const answer = await world.call(whom, ({ deliveries }) => deliveries[what](deliveryId))
    if (answer === 'refused') return
    const stored = await world.storage.deliveries.get(deliveryId)
    if (what === 'cancel' && stored?.status !== 'cancelled') return
    const asked = changed(log, world, whom, answer, what)
    // What follows a resend may follow before its answer is there; what follows a cancellation, not.
    log.asked.push({ ...asked, order: what === 'resend' ? order : asked.order, deliveryId })
  })

const whom = fc.nat(1)
const which = fc.nat(30)

/** What may happen, each as an arbitrary: what else people can do is added here. */
export const engineCommands: fc.Arbitrary<EngineCommand>[] = [
  whom.map(accept),
  whom.map(accept),
  fc
    .constantFrom(1, 60, 500, 2_100, 6_000)
    .map((ms) => command(`advance(${ms})`, (_log, world) => world.base.advance(ms))),
  whom.map((one) => command(`crash(${one})`, async (_log, world) => world.crash(one))),
  fc
    .tuple(whom, fc.nat(12), fc.boolean())
    .map(([one, calls, before]) =>
      command(`dies(${one}) ${before ? 'before' : 'after'} call ${calls}`, async (_log, world) =>
        world.crash(one, { calls, before }),
      ),
    ),
  whom.map((one) => command(`expire(${one}) after ${LEASE_MS}`, (_log, world) => world.expire(one))),
  fc.tuple(whom, which, fc.boolean()).map((all) => switchTo(...all)),
  fc.tuple(whom, which).map((all) => remove(...all)),
  fc.tuple(whom, which, fc.constantFrom(0, 10_000, 60_000)).map((all) => rotate(...all)),
  fc
    .tuple(whom, which, fc.constantFrom(false as const, 1, 2, 5))
    .map(([one, of, limit]) =>
      setLimit(one, of, limit === false ? false : { limit, windowMs: RATE.windowMs }),
    ),
  fc.tuple(whom, which).map((all) => move(...all)),
  fc.tuple(whom, which).map((all) => release(...all)),
  fc.tuple(whom, which, fc.constantFrom('resend' as const, 'cancel' as const)).map((all) => ask(...all)),
  fc
    .constantFrom(-3_600_000, -2_000, 2_000, 3_600_000)
    .map((ms) => command(`setClock(${ms})`, async (_log, world) => world.setClock(ms))),
  fc
    .record({
      status: fc.constantFrom(200, 200, 200, 404, 429, 503),
      latencyMs: fc.constantFrom(0, 0, 30, 900),
      retryAfter: fc.constantFrom(null, '1', '120'),
    })
    .map((answer) =>
      command(`answer(${JSON.stringify(answer)})`, async (_log, world) => {
        world.answer = answer
      }),
    ),
]
