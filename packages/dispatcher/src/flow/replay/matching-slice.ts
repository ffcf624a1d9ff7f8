import { deliveryId, newDelivery, type Delivery, type NewDelivery } from '../../core/delivery.js'
import type { StoredEvent } from '../../core/event.js'
import { wants } from '../../core/match.js'
import { isSettledBefore, type ReplayScope } from '../../core/replay.js'
import type { PageQuery, Position } from '../../ports/storage/lists.js'
import type { Storage } from '../../ports/storage/storage.js'
import { splitEventFilter } from '../lists/served-filter.js'
import { matchingSubscriptions } from '../matching-subscriptions.js'
import { sendAgain } from './again.js'
import type { ReplayParts, ReplaySlice } from './replay-parts.js'

/** Deliveries of an event are asked for one by one up to this many, and listed beyond. */
const ONE_BY_ONE = 4
const LISTED_AT_A_TIME = 500
/** Looked up at once. */
const EVENTS_AT_ONCE = 20
/** A fan-out takes as many at once. */
const MADE_AT_A_TIME = 2_000

/** Of the events of a time: what matches now and has no delivery, and with `all` what was sent before as well. */
export const matchingSlice = async (
  parts: ReplayParts,
  scope: ReplayScope,
  { apply, after, limit }: PageQuery & { readonly apply: boolean },
): Promise<ReplaySlice> => {
  const { storage, settings } = parts.context
  const { which, subscriptionId, type, siteId, until, createdAt: now } = scope
  const { driving, matches = () => true } = splitEventFilter({
    type: type ?? undefined,
    siteId: siteId ?? undefined,
    // What is older is about to be deleted, and some of its deliveries may be already.
    since: Math.max(scope.since, now - settings.retentionMs),
    until,
  })
  const page = await storage.events.list({ ...driving, after, limit })
  const events = page.filter((event) => event.target === null && matches(event))
  const subscriptions =
    subscriptionId === null
      ? await matchingSubscriptions(storage.subscriptions, events)
      : await storage.subscriptions.get([subscriptionId])
  const settled: Delivery[] = []
  const made: NewDelivery[] = []
  const pairs = events.map((event) => ({
    event,
    wanted: subscriptions.filter((one) => wants(one, event)).map(({ id }) => id),
  }))
  for (let at = 0; at < pairs.length; at += EVENTS_AT_ONCE) {
    const some = pairs.slice(at, at + EVENTS_AT_ONCE)
    const found = await Promise.all(some.map(({ event, wanted }) => deliveriesTo(storage, event, wanted)))
    for (const [index, { event, wanted }] of some.entries())
      for (const id of wanted) {
        const delivery = found[index]?.get(id)
        if (!delivery) made.push(newDelivery(event, id, now))
        else if (which === 'all' && isSettledBefore(delivery, scope)) settled.push(delivery)
      }
  }
  const found = settled.length + made.length
  if (apply) {
    while (made.length > MADE_AT_A_TIME)
      await sendAgain(parts, { settled: [], made: made.splice(0, MADE_AT_A_TIME), now })
    await sendAgain(parts, { settled, made, now })
  }
  // A page that is short may lack a row that cannot be read; only an empty one is the end.
  const last = page.at(-1)
  return {
    found,
    lookedAt: pairs.reduce((sum, { wanted }) => sum + Math.max(1, wanted.length), page.length - pairs.length),
    after: last ? { at: last.acceptedAt, id: last.id } : null,
  }
}

/** An event's deliveries to some subscriptions, by subscription. */
const deliveriesTo = async (
  { deliveries }: Pick<Storage, 'deliveries'>,
  { id: eventId }: StoredEvent,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, Delivery>> => {
  const found: Delivery[] = []
  if (subscriptionIds.length <= ONE_BY_ONE)
    for (const id of subscriptionIds) found.push(...one(await deliveries.get(deliveryId(eventId, id))))
  else
    for (let after: Position | null = null; ;) {
      const rows: Delivery[] = await deliveries.list({ eventId, after, limit: LISTED_AT_A_TIME })
      found.push(...rows)
      const last = rows.at(-1)
      if (!last || rows.length < LISTED_AT_A_TIME) break
      after = { at: last.createdAt, id: last.id }
    }
  return new Map(found.map((delivery) => [delivery.subscriptionId, delivery]))
}

const one = (delivery: Delivery | null): Delivery[] => (delivery ? [delivery] : [])
