import { deliveryId } from '../../src/core/delivery.js'
import { isSettledBefore, type ReplayWhich } from '../../src/core/replay.js'
import { stateOf } from '../../src/core/subscription.js'
import { changed, command, pick } from './command.js'
import type { EngineWorld } from './engine-world.js'

/** A delivery that is sent again, or no more. */
export const ask = (whom: number, which: number, what: 'resend' | 'cancel') =>
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

/** What a replay that is asked for now has to send, whenever the clock says that it was asked for. */
const wantedOf = async ({ storage, log }: EngineWorld, which: ReplayWhich, subscriptionId: string | null) => {
  const events = await storage.events.list({ after: null, limit: 10_000 })
  const rows = await storage.deliveries.list({ after: null, limit: 10_000 })
  const subscriptions = await storage.subscriptions.list({ after: null, limit: 100 })
  const on = subscriptions
    .filter((one) => stateOf(one) !== 'off' && (subscriptionId === null || one.id === subscriptionId))
    .map(({ id }) => id)
  // What is under way may be the answer to it.
  const underWay = log.underWay()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return (createdAt: number): string[] =>
    events
      .filter(({ acceptedAt }) => acceptedAt <= createdAt)
      .flatMap(({ id }) => on.map((to) => deliveryId(id, to)))
      .filter((id) => {
        const row = byId.get(id)
        if (underWay.has(id)) return false
        if (!row) return which !== 'failed'
        const isMeant = which === 'all' || (which === 'failed' && row.status === 'failed')
        return isMeant && row.createdAt <= createdAt && isSettledBefore(row, { createdAt })
      })
}

/** A replay of all that has happened, to one or to all. */
export const replay = (whom: number, which: ReplayWhich, of: number | null) =>
  command(`replay(${which}), by ${whom}, of ${of ?? 'all'}`, async (log, world) => {
    const there = log.subscriptions.filter(({ isRemoved }) => !isRemoved)
    const subscriptionId = of === null ? null : (pick(there, of)?.id ?? null)
    const order = log.next()
    const wanted = await wantedOf(world, which, subscriptionId)
    const before = new Set((await replaysOf(world)).map(({ id }) => id))
    await world.call(whom, ({ deliveries }) =>
      deliveries.replay({ since: 0, which, ...(subscriptionId !== null && { subscriptionId }) }),
    )
    // Whoever died over it may have stored it all the same.
    const stored = (await replaysOf(world)).find(({ id }) => !before.has(id))
    if (stored) log.replays.push({ order, at: world.at, which, wanted: wanted(stored.createdAt) })
  })

const replaysOf = ({ storage }: EngineWorld) => storage.replays.list({ after: null, limit: 1_000 })
